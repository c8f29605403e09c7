// The values of arguments.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_ARGUMENTS_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_ARGUMENTS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {

// A number of bytes, or a place among them: "4096".
//
// kInvalidArgument.
absl::StatusOr<uint64_t> NumberOf(const Word& word);

// "1.5s", "20ms", "inf".
//
// kInvalidArgument: also for less than 0.
absl::StatusOr<absl::Duration> DurationOf(const Word& word);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_ARGUMENTS_H_
