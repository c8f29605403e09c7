#include <cstdio>
#include <cstdlib>

#include "someos/testing/temporary_file.h"

namespace someos {

// A scenario that needs one is skipped before.
ScopedFd TemporaryFile() {
  std::fputs("TemporaryFile: Windows has no files that are descriptors of sockets\n", stderr);
  std::abort();
}

}  // namespace someos
