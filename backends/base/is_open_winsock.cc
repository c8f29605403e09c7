#include <winsock2.h>

#include <cerrno>

#include "someos/backends/base/is_open.h"
#include "someos/backends/base/winsock.h"

namespace someos::base {

bool IsOpen(int fd) {
  int type;
  int size = sizeof(type);
  if (getsockopt(SocketOf(fd), SOL_SOCKET, SO_TYPE, reinterpret_cast<char*>(&type), &size) == 0) {
    return true;
  }
  errno = ErrnoOfWinsock(WSAGetLastError());
  return false;
}

}  // namespace someos::base
