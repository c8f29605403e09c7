// Writing to what nobody reads, without the signal that would end the program.

#ifndef SOMEOS_BACKENDS_CONNECTION_SOCKET_BROKEN_PIPE_H_
#define SOMEOS_BACKENDS_CONNECTION_SOCKET_BROKEN_PIPE_H_

#include <sys/socket.h>

namespace someos::connection_socket {

// For send(2) and sendmsg(2) to sockets.
#ifdef MSG_NOSIGNAL
inline constexpr int kNoSignal = MSG_NOSIGNAL;
inline void KeepQuiet(int /*socket*/) {}
#else
inline constexpr int kNoSignal = 0;
// macOS has an option of the socket instead of the flag.
inline void KeepQuiet(int socket) {
  const int on = 1;
  (void)setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
}
#endif

}  // namespace someos::connection_socket

#endif  // SOMEOS_BACKENDS_CONNECTION_SOCKET_BROKEN_PIPE_H_
