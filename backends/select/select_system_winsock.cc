#include "someos/backends/select/select_system_winsock.h"

namespace someos {
namespace {

constexpr SelectSystem kReal = {
    [](fd_set* read, fd_set* write, fd_set* except, timeval* timeout) {
      // The first argument is for the source code of POSIX, and ignored.
      const int count = select(0, read, write, except, timeout);
      // A handle that is not a socket's is WSAENOTSOCK on Windows, and WSAEOPNOTSUPP in wine.
      if (count < 0 && WSAGetLastError() == WSAEOPNOTSUPP) WSASetLastError(WSAENOTSOCK);
      return count;
    },
};

}  // namespace

const SelectSystem& RealSelectSystem() { return kReal; }

}  // namespace someos
