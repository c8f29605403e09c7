// A pipe, both ends non-blocking; on Windows, whose select() takes no pipes, a connection over the
// loopback interface.

#ifndef SOMEOS_TESTING_PIPE_H_
#define SOMEOS_TESTING_PIPE_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

struct Pipe {
  Pipe();

  ScopedFd reader;
  ScopedFd writer;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_PIPE_H_
