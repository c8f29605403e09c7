#include "someos/testing/stream_io.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "someos/testing/system_call.h"

namespace someos {
namespace {

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

void WriteText(int fd, absl::string_view text) {
  const ssize_t written = MustSucceed(write(fd, text.data(), text.size()), "write");
  if (written != static_cast<ssize_t>(text.size())) {
    std::fprintf(stderr, "write: took %zd of %zu bytes\n", written, text.size());
    std::abort();
  }
}

std::string ReadAvailable(int fd) {
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = read(fd, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && WouldBlock()) return text;
    if (MustSucceed(count, "read") == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

void ShutDownWriting(int fd) { MustSucceed(shutdown(fd, SHUT_WR), "shutdown"); }

size_t Fill(int fd) {
  const std::string block(4096, 'x');
  size_t total = 0;
  // A stream may refuse a block and still have room for a byte: end with single bytes.
  for (size_t length = block.size(); length > 0;) {
    const ssize_t count = write(fd, block.data(), length);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && WouldBlock()) {
      length /= 2;
      continue;
    }
    total += static_cast<size_t>(MustSucceed(count, "write"));
  }
  return total;
}

}  // namespace someos
