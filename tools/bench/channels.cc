#include "someos/tools/bench/channels.h"

#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "someos/testing/pipe.h"
#include "someos/testing/system_call.h"

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace someos::bench {
namespace {

// Descriptors that are reserved for pollers, streams and other files of the program.
constexpr int kReservedFds = 24;

#ifdef __linux__

constexpr int kFdsPerChannel = 1;
bool use_pipes = false;

int LimitByMemory(int wanted) { return wanted; }

ScopedFd NewEventfd() {
  return ScopedFd(MustSucceed(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"));
}

#else

constexpr int kFdsPerChannel = 2;
bool use_pipes = true;

// The wanted number of pipes or, if there is not enough memory for them, three quarters of the
// possible number: FreeBSD limits the memory of all pipes (kern.ipc.maxpipekva).
int LimitByMemory(int wanted) {
  std::vector<ScopedFd> all;
  int ends[2];
  for (int i = 0; i < wanted && pipe(ends) == 0; ++i) {
    all.emplace_back(ends[0]);
    all.emplace_back(ends[1]);
  }
  const int found = static_cast<int>(all.size()) / 2;
  return found == wanted ? wanted : found / 4 * 3;
}

ScopedFd NewEventfd() { return ScopedFd(); }

#endif

}  // namespace

void UsePipes() { use_pipes = true; }

Channel::Channel() {
  if (use_pipes) {
    Pipe pipe;
    reader_ = std::move(pipe.reader);
    writer_ = std::move(pipe.writer);
  } else {
    reader_ = NewEventfd();
  }
}

void Channel::Signal() const {
  const uint64_t one = 1;
  if (writer_.get() < 0) {
    MustSucceed(write(fd(), &one, sizeof(one)), "write");
  } else {
    MustSucceed(write(writer_.get(), &one, 1), "write");
  }
}

uint64_t Channel::Drain() const {
  uint64_t buffer[8];  // an eventfd uses only the first number
  const ssize_t size = read(fd(), buffer, sizeof(buffer));
  if (size <= 0) return 0;
  return writer_.get() < 0 ? buffer[0] : static_cast<uint64_t>(size);
}

namespace {

int FindMaxChannels() {
  rlimit limit;
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  // On macOS a hard limit that is reported as infinite is not; OPEN_MAX is the real limit.
  constexpr rlim_t kOpenMax = 10240;
  const rlim_t soft = limit.rlim_cur;
  for (const rlim_t wanted : {limit.rlim_max, kOpenMax}) {
    limit.rlim_cur = wanted;
    if (wanted <= soft || setrlimit(RLIMIT_NOFILE, &limit) == 0) break;
  }
  // Not the limit from getrlimit(), which on FreeBSD may be higher than the effective one.
  constexpr int kMaxChannels = 100'000;  // kMostFds of the plan
  const int allowed = std::min(getdtablesize() / kFdsPerChannel, kMaxChannels + kReservedFds);
  return LimitByMemory(allowed - kReservedFds);
}

}  // namespace

int MaxChannels() {
  static const int max = FindMaxChannels();
  return max;
}

int MaxChannelsForSelect() {
  return std::min(MaxChannels(), FD_SETSIZE / kFdsPerChannel - kReservedFds);
}

}  // namespace someos::bench
