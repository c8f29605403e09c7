// Random bytes of the system, for keys and challenges.

#ifndef SOMEOS_BACKENDS_BASE_RANDOM_BYTES_H_
#define SOMEOS_BACKENDS_BASE_RANDOM_BYTES_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"

namespace someos::base {

// `count` bytes, at most 256, that nobody can predict. May wait for the system's generator while
// the machine starts. Thread-safe; a forked child gets others than its parent.
//
// An errno (ENOSYS: a sandbox or a Linux before 3.17): there are none.
absl::StatusOr<std::string> RandomBytes(size_t count);

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_RANDOM_BYTES_H_
