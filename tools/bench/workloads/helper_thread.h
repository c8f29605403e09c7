// A second thread that waits on a contender again and again, until the end of the scope.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_HELPER_THREAD_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_HELPER_THREAD_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/scenery.h"

namespace someos::bench {

// Makes the first channel not readable again.
struct DrainFirst {
  const Channel* channel = nullptr;
  void operator()(uint64_t data) {
    if (data == 0) channel->Drain();
  }
};

// A contender whose wait another thread ends: by its own wake-ups, or as a user would without, by a
// channel, which is the first one of its scenery.
template <template <typename> class C, bool kByFd = false>
struct Sleeper {
  Sleeper(const Backend* backend, int fds, int spare = 0, Threads threads = Threads::kWake)
      : scenery(backend, fds, spare, threads) {
    scenery.handler.channel = scenery.channels.data();
  }
  void Wait() { scenery.contender.Wait(Patience::kForever); }
  void Wake() {
    if constexpr (C<DrainFirst>::kWakes && !kByFd) {
      scenery.contender.Wake();
    } else {
      scenery.channels[0].Signal();
    }
  }
  Scenery<C, DrainFirst> scenery;
};

template <typename Waiting>
class HelperThread {
 public:
  // `waiting` has Wait and Wake; must outlive the thread.
  explicit HelperThread(Waiting& waiting)
      : waiting_(waiting), thread_([this] {
          while (!done_) waiting_.Wait();
        }) {}
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;
  ~HelperThread() {
    done_ = true;
    waiting_.Wake();
    thread_.join();
  }

 private:
  Waiting& waiting_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_HELPER_THREAD_H_
