// Two threads, each waiting on its own contender, wake each other alternately: by the contender's
// own means, or if kByFd, all by a descriptor. One operation: one wake, with the wait that it ends.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_H_

#include <atomic>
#include <cstdint>
#include <thread>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/helper_thread.h"

namespace someos::bench {

template <template <typename> class C, bool kByFd>
class Wake final : public Case {
 public:
  Wake(const Backend* backend, const Parameters& parameters)
      : mine_(backend, parameters.fds), theirs_(backend, parameters.fds), thread_([this] {
          while (theirs_.Wait(), !done_) mine_.Wake();
        }) {}

  ~Wake() override {
    done_ = true;
    theirs_.Wake();
    thread_.join();
  }

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      theirs_.Wake();
      mine_.Wait();
    }
  }

  int64_t operations_per_round() const override { return 2; }

 private:
  Sleeper<C, kByFd> mine_;
  Sleeper<C, kByFd> theirs_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_WAKE_H_
