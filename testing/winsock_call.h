// Calls of Winsock that a test needs to succeed, and its sockets as descriptors.

#ifndef SOMEOS_TESTING_WINSOCK_CALL_H_
#define SOMEOS_TESTING_WINSOCK_CALL_H_

#include <winsock2.h>
#include <ws2tcpip.h>

// Its headers have them from the days of segments, and SocketPair has ends of these names.
#undef near
#undef far

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace someos {

[[noreturn]] inline void FailInWinsock(const char* call) {
  std::fprintf(stderr, "%s: Winsock's error %d\n", call, WSAGetLastError());
  std::abort();
}

// Returns `result` unless it is SOCKET_ERROR; then prints `call` and Winsock's error, and aborts.
inline int MustSucceedInWinsock(int result, const char* call) {
  if (result == SOCKET_ERROR) FailInWinsock(call);
  return result;
}

// The descriptor of a socket that `call` has made, which must not have failed.
inline int FdOf(SOCKET socket, const char* call) {
  if (socket > static_cast<SOCKET>(INT32_MAX)) FailInWinsock(call);
  return static_cast<int>(socket);
}

inline SOCKET HandleOf(int fd) { return static_cast<SOCKET>(fd); }

}  // namespace someos

#endif  // SOMEOS_TESTING_WINSOCK_CALL_H_
