#include "someos/testing/pipe.h"

#include <unistd.h>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

Pipe::Pipe() {
  int ends[2];
  MustSucceed(pipe(ends), "pipe");
  reader = ScopedFd(NonBlocking(ends[0]));
  writer = ScopedFd(NonBlocking(ends[1]));
}

}  // namespace someos
