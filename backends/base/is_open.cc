#include "someos/backends/base/is_open.h"

#include <fcntl.h>

namespace someos::base {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

}  // namespace someos::base
