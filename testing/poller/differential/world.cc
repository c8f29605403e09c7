#include "someos/testing/poller/differential/world.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/system_call.h"

namespace someos::differential {
namespace {

bool IsOpen(int number) { return fcntl(number, F_GETFD) != -1; }

void Place(int fd, int slot) {
  const int number = MustSucceed(dup2(fd, World::NumberOf(slot)), "dup2");
  MustSucceed(fcntl(number, F_SETFD, FD_CLOEXEC), "fcntl");
}

// True if a byte at least was written.
bool Write(int number, size_t length) {
  static constexpr char kBytes[4096] = {};
  ssize_t written;
  do {
    written = write(number, kBytes, length);
  } while (written < 0 && errno == EINTR);
  return written > 0;
}

// To the last byte: a stream may refuse many and still have room for one.
void Fill(int number) {
  for (size_t length = 4096; length > 0;) {
    if (!Write(number, length)) length /= 2;
  }
}

void Drain(int number) {
  char buffer[4096];
  ssize_t count;
  do {
    count = read(number, buffer, sizeof(buffer));
    // A connection that was reset says so once, and then is at its end.
  } while (count > 0 || (count < 0 && (errno == EINTR || errno == ECONNRESET)));
}

}  // namespace

World::World() : broken_pipes_are_errors_(SIGPIPE, SIG_IGN) {
  RaiseDescriptorLimit(NumberOf(kSlots));
  for (int slot = 0; slot < kSlots; ++slot) {
    if (!IsOpen(NumberOf(slot))) continue;
    std::fprintf(stderr, "descriptor %d is in use\n", NumberOf(slot));
    std::abort();
  }
}

World::~World() {
  for (int slot = 0; slot < kSlots; ++slot) {
    if (IsOpen(NumberOf(slot))) MustSucceed(close(NumberOf(slot)), "close");
  }
}

void World::Do(const Operation& operation) {
  const int number = NumberOf(operation.slot);
  switch (operation.kind) {
    case Operation::Kind::kPipe: {
      const Pipe pipe;
      Place(pipe.reader.get(), operation.slot);
      Place(pipe.writer.get(), operation.other);
      break;
    }
    case Operation::Kind::kSocketPair: {
      const SocketPair pair;
      Place(pair.near.get(), operation.slot);
      Place(pair.far.get(), operation.other);
      break;
    }
    case Operation::Kind::kDup:
      Place(number, operation.other);
      break;
    case Operation::Kind::kClose:
      MustSucceed(close(number), "close");
      break;
    case Operation::Kind::kWrite:
      Write(number, 1);
      break;
    case Operation::Kind::kFill:
      Fill(number);
      break;
    case Operation::Kind::kRead:
      Drain(number);
      break;
    case Operation::Kind::kShutdown: {
      constexpr int kHow[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
      shutdown(number, kHow[static_cast<size_t>(operation.direction)]);
      break;
    }
    default:  // a call of the poller
      break;
  }
}

}  // namespace someos::differential
