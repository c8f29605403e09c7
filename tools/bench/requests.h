// What one thread asks another to do: a count, through a pipe.

#ifndef SOMEOS_TOOLS_BENCH_REQUESTS_H_
#define SOMEOS_TOOLS_BENCH_REQUESTS_H_

#include "someos/testing/scoped_fd.h"

namespace someos::bench {

class Requests {
 public:
  Requests();

  void Send() const;
  // Makes Receive return false from then on.
  void End() { writer_.reset(); }
  // Waits for a request. False: there will be none.
  bool Receive() const;

 private:
  ScopedFd reader_;
  ScopedFd writer_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_REQUESTS_H_
