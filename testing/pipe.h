// A pipe, both ends non-blocking.

#ifndef SOMEOS_TESTING_PIPE_H_
#define SOMEOS_TESTING_PIPE_H_

#include <unistd.h>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

struct Pipe {
  Pipe() {
    int ends[2];
    MustSucceed(pipe(ends), "pipe");
    reader = ScopedFd(NonBlocking(ends[0]));
    writer = ScopedFd(NonBlocking(ends[1]));
  }

  ScopedFd reader;
  ScopedFd writer;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_PIPE_H_
