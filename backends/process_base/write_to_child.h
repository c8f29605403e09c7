// The message to a child.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_WRITE_TO_CHILD_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_WRITE_TO_CHILD_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing::process_base {

// Writes `message` to the pipe `fd`, and waits for the child to read what does not fit. A child
// that has ended before it did is for the caller to notice: it is no error.
absl::Status WriteToChild(int fd, absl::string_view message);

}  // namespace someos::multiprocessing::process_base

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_WRITE_TO_CHILD_H_
