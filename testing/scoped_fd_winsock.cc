#include <winsock2.h>

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/winsock_call.h"

namespace someos {

void ScopedFd::reset() {
  if (fd_ >= 0) MustSucceedInWinsock(closesocket(HandleOf(std::exchange(fd_, -1))), "closesocket");
}

ScopedFd Duplicate(int fd) {
  WSAPROTOCOL_INFOW description;
  MustSucceedInWinsock(WSADuplicateSocketW(HandleOf(fd), GetCurrentProcessId(), &description),
                       "WSADuplicateSocket");
  return ScopedFd(FdOf(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO,
                                  &description, 0, WSA_FLAG_OVERLAPPED),
                       "WSASocket"));
}

// Windows gives out numbers as it likes, but a free one sooner or later.
ScopedFd DuplicateTo(int number, int fd) {
  constexpr int kAttempts = 1000;
  std::vector<ScopedFd> others;
  for (int i = 0; i < kAttempts; ++i) {
    ScopedFd duplicate = Duplicate(fd);
    if (duplicate.get() == number) return duplicate;
    others.push_back(std::move(duplicate));
  }
  std::fprintf(stderr, "socket %d is not given out again\n", number);
  std::abort();
}

void GiveNumber(const ScopedFd& number, const ScopedFd& file) {
  MustSucceedInWinsock(closesocket(HandleOf(number.get())), "closesocket");
  DuplicateTo(number.get(), file.get()).release();
}

int NonBlocking(int fd) {
  u_long yes = 1;
  MustSucceedInWinsock(ioctlsocket(HandleOf(fd), static_cast<long>(FIONBIO), &yes), "ioctlsocket");
  return fd;
}

}  // namespace someos
