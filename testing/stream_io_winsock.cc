#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "someos/testing/stream_io.h"
#include "someos/testing/winsock_call.h"

namespace someos {
namespace {

bool WouldBlock(int result) {
  return result == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK;
}

}  // namespace

void WriteText(int fd, absl::string_view text) {
  const int size = static_cast<int>(text.size());
  const int sent = MustSucceedInWinsock(send(HandleOf(fd), text.data(), size, 0), "send");
  if (sent != size) {
    std::fprintf(stderr, "send: took %d of %d bytes\n", sent, size);
    std::abort();
  }
}

std::string ReadAvailable(int fd) {
  std::string text;
  char buffer[4096];
  while (true) {
    const int count = recv(HandleOf(fd), buffer, sizeof(buffer), 0);
    if (WouldBlock(count) || MustSucceedInWinsock(count, "recv") == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

void ShutDownWriting(int fd) { MustSucceedInWinsock(shutdown(HandleOf(fd), SD_SEND), "shutdown"); }

size_t Fill(int fd) {
  const std::string block(4096, 'x');
  size_t total = 0;
  for (int length = static_cast<int>(block.size()); length > 0;) {
    const int count = send(HandleOf(fd), block.data(), length, 0);
    if (WouldBlock(count)) {
      length /= 2;
    } else {
      total += static_cast<size_t>(MustSucceedInWinsock(count, "send"));
    }
  }
  return total;
}

}  // namespace someos
