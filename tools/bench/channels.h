// The descriptors that the benchmarks watch, which can be made readable and not readable again.

#ifndef SOMEOS_TOOLS_BENCH_CHANNELS_H_
#define SOMEOS_TOOLS_BENCH_CHANNELS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/testing/scoped_fd.h"

namespace someos::bench {

// Makes all new channels pipes. By default they are eventfds, if the system has them.
void UsePipes();

// An eventfd or a pipe.
class Channel {
 public:
  Channel();

  // Readable after Signal, not readable after Drain.
  int fd() const { return reader_.get(); }
  void Signal() const;
  // Returns the number of signals that it consumed.
  uint64_t Drain() const;

 private:
  ScopedFd reader_;
  ScopedFd writer_;  // none for an eventfd
};

// How many channels this process can have, after raising its limit of open files as far as
// possible, and reserving some descriptors for other uses. At most 100,000.
int MaxChannels();

// How many channels it can have with numbers below FD_SETSIZE.
int MaxChannelsForSelect();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CHANNELS_H_
