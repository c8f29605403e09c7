#include "someos/testing/temporary_file.h"

#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

ScopedFd TemporaryFile() {
  const char* directory = std::getenv("TEST_TMPDIR");
  if (directory == nullptr) directory = "/tmp";
  std::string path = std::string(directory) + "/someos.XXXXXX";
  ScopedFd file(NonBlocking(MustSucceed(mkstemp(path.data()), "mkstemp")));
  MustSucceed(unlink(path.c_str()), "unlink");
  return file;
}

}  // namespace someos
