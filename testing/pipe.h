// A pipe, both ends non-blocking.

#ifndef SOMEOS_TESTING_PIPE_H_
#define SOMEOS_TESTING_PIPE_H_

#include <fcntl.h>
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

  // Whether either end can be read and written, as on OpenBSD, FreeBSD and DragonFly BSD: then the
  // reader is writable, too.
  bool two_way() const { return (fcntl(reader.get(), F_GETFL) & O_ACCMODE) == O_RDWR; }

  ScopedFd reader;
  ScopedFd writer;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_PIPE_H_
