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

// For the pollers, the streams and what else the program has open.
constexpr int kOthers = 24;

#ifdef __linux__

constexpr int kFdsPerChannel = 1;
bool use_pipes = false;

int WhatTheSystemHas(int wanted) { return wanted; }

ScopedFd NewEventfd() {
  return ScopedFd(MustSucceed(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd"));
}

#else

constexpr int kFdsPerChannel = 2;
bool use_pipes = true;

// As many pipes as are wanted, or most of those that there is memory for: FreeBSD's pipes have some
// of their own (kern.ipc.maxpipekva).
int WhatTheSystemHas(int wanted) {
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
  uint64_t buffer[8];  // an eventfd takes it for one number
  const ssize_t size = read(fd(), buffer, sizeof(buffer));
  if (size <= 0) return 0;
  return writer_.get() < 0 ? buffer[0] : static_cast<uint64_t>(size);
}

namespace {

int FindMostChannels() {
  rlimit limit;
  MustSucceed(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  // Where the hard limit is said to be infinite (macOS), it is not; OPEN_MAX is what is given.
  constexpr rlim_t kOpenMax = 10240;
  const rlim_t soft = limit.rlim_cur;
  for (const rlim_t wanted : {limit.rlim_max, kOpenMax}) {
    limit.rlim_cur = wanted;
    if (wanted <= soft || setrlimit(RLIMIT_NOFILE, &limit) == 0) break;
  }
  // Not getrlimit's, which FreeBSD lets be more than what holds.
  constexpr int kMost = 100'000;
  const int allowed = std::min(getdtablesize() / kFdsPerChannel, kMost + kOthers);
  return WhatTheSystemHas(allowed - kOthers);
}

}  // namespace

int MostChannels() {
  static const int most = FindMostChannels();
  return most;
}

int MostChannelsOfSelect() {
  return std::min(MostChannels(), FD_SETSIZE / kFdsPerChannel - kOthers);
}

}  // namespace someos::bench
