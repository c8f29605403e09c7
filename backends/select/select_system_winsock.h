// The call of Winsock that the select backend makes, as a seam for tests.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_SYSTEM_WINSOCK_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_SYSTEM_WINSOCK_H_

#include <winsock2.h>

namespace someos {

struct SelectSystem {
  // Winsock's select(); a null timeout blocks. -1 and an error for WSAGetLastError() on failure.
  int (*select)(fd_set* read, fd_set* write, fd_set* except, timeval* timeout);
};

// Winsock's own.
const SelectSystem& RealSelectSystem();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_SYSTEM_WINSOCK_H_
