// The environment of a program, as far as its user may decide what the program does.

#ifndef SOMEOS_BACKENDS_BASE_TRUSTED_ENVIRONMENT_H_
#define SOMEOS_BACKENDS_BASE_TRUSTED_ENVIRONMENT_H_

namespace someos::base {

// getenv(3); but nullptr in a program that has more privileges than whoever started it, who must
// not decide what it does: one that is set-user-ID or set-group-ID, or has file capabilities.
const char* TrustedEnvironment(const char* name);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_TRUSTED_ENVIRONMENT_H_
