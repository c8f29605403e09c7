// What the benchmarks watch: many descriptors that can be made readable and unreadable.

#ifndef SOMEOS_TOOLS_BENCH_CHANNELS_H_
#define SOMEOS_TOOLS_BENCH_CHANNELS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/testing/scoped_fd.h"

namespace someos::bench {

// Has all channels be pipes from now on. By default they are eventfds where there are such.
void UsePipes();

// An eventfd or a pipe.
class Channel {
 public:
  Channel();

  // Readable after a Signal, and not after a Drain.
  int fd() const { return reader_.get(); }
  void Signal() const;
  // How many signals it took away.
  uint64_t Drain() const;

 private:
  ScopedFd reader_;
  ScopedFd writer_;  // none for an eventfd
};

// How many channels this process can have, after raising its limit of open files as far as it may,
// and leaving some for others. At most 100,000.
int MostChannels();

// The most that have only numbers which select(2) can take.
int MostChannelsOfSelect();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CHANNELS_H_
