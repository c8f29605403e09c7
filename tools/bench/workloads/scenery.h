// A contender and the channels that it watches.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_SCENERY_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_SCENERY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

// A contender with its handler, and the channels that it watches for readability; the data of each
// is its index.
template <template <typename> class C, typename Handler = Touch>
struct Scenery {
  // Makes `spare` additional channels after the others, which are not registered.
  Scenery(const Backend* backend, int fds, int spare = 0, Threads threads = Threads::kNone)
      : channels(fds + spare), contender({backend, fds + spare, threads}, handler) {
    for (int i = 0; i < fds; ++i) Register(i);
  }

  int fd(size_t i) const { return channels[i].fd(); }
  void Register(size_t i) { contender.Register(fd(i), i, Want::kRead); }
  void Unregister(size_t i) { contender.Unregister(fd(i), i); }

  std::vector<Channel> channels;
  Handler handler;
  C<Handler> contender;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_SCENERY_H_
