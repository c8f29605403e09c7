// Writing to what nobody reads, without the signal that would end the program.

#ifndef SOMEOS_BACKENDS_BASE_BROKEN_PIPE_H_
#define SOMEOS_BACKENDS_BASE_BROKEN_PIPE_H_

#include <signal.h>

namespace someos::base {

// During its lifetime, a SIGPIPE that this thread raises, by writing to a pipe, goes nowhere.
// Preserves errno.
class BrokenPipeIsAnError {
 public:
  BrokenPipeIsAnError();
  BrokenPipeIsAnError(const BrokenPipeIsAnError&) = delete;
  BrokenPipeIsAnError& operator=(const BrokenPipeIsAnError&) = delete;
  ~BrokenPipeIsAnError();

 private:
  bool was_pending_ = false;
  sigset_t before_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_BROKEN_PIPE_H_
