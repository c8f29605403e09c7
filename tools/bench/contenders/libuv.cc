// libuv on epoll. It postpones additions until it waits.

#include <uv.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/base/attributes.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/contenders/peers.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/make_case.h"

namespace someos::bench {
namespace {

template <typename Handler>
class Libuv : public ContenderBase {
 public:
  static constexpr bool kTimes = true;
  static constexpr bool kWakes = true;
  static constexpr bool kLoops = true;
  static constexpr size_t kObjectBytes = sizeof(uv_poll_t);

  Libuv(const Setup& setup, Handler& handler) : handler_(handler), watchers_(setup.fds) {
    Require(uv_loop_init(&loop_) == 0);
    Require(uv_timer_init(&loop_, &timer_) == 0);
    Require(uv_async_init(&loop_, &wake_, [](uv_async_t*) {}) == 0);
  }
  Libuv(const Libuv&) = delete;
  Libuv& operator=(const Libuv&) = delete;
  ~Libuv() {
    for (Watcher& watcher : watchers_) {
      if (watcher.handler != nullptr) Close(watcher.poll);
    }
    Close(wake_);
    Close(timer_);
    uv_run(&loop_, UV_RUN_DEFAULT);
    Require(uv_loop_close(&loop_) == 0);
  }

  void Register(int fd, uint64_t data, Want want) {
    Watcher& watcher = watchers_[data];
    if (watcher.handler == nullptr) Require(uv_poll_init(&loop_, &watcher.poll, fd) == 0);
    watcher.handler = &handler_;
    watcher.data = data;
    Modify(fd, data, want);
  }
  void Modify(int, uint64_t data, Want want) {
    const int events = want == Want::kRead ? UV_READABLE : UV_WRITABLE;
    Require(uv_poll_start(&watchers_[data].poll, events, Ready) == 0);
  }
  void Unregister(int, uint64_t data) { Require(uv_poll_stop(&watchers_[data].poll) == 0); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    uv_run(&loop_, patience == Patience::kForever ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() {
    StartTimer();
    Wait(Patience::kForever);
  }
  void StartTimer() {
    constexpr uint64_t kHour = 3'600'000;
    Require(uv_timer_start(&timer_, [](uv_timer_t*) {}, kHour, /*repeat=*/0) == 0);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { Wait(Patience::kForever); }
  void Wake() { uv_async_send(&wake_); }
  void Loop() { uv_run(&loop_, UV_RUN_DEFAULT); }
  void Break() { uv_stop(&loop_); }

 private:
  struct Watcher {
    uv_poll_t poll;    // first, so that a pointer to it is a pointer to the watcher
    Handler* handler;  // null until the first registration
    uint64_t data;
  };

  template <typename Handle>
  static void Close(Handle& handle) {
    uv_close(reinterpret_cast<uv_handle_t*>(&handle), nullptr);
  }

  static void Ready(uv_poll_t* poll, int, int) {
    const Watcher& watcher = *reinterpret_cast<Watcher*>(poll);
    (*watcher.handler)(watcher.data);
  }

  Handler& handler_;
  uv_loop_t loop_;
  uv_async_t wake_;
  uv_timer_t timer_;
  std::vector<Watcher> watchers_;  // by data
};

}  // namespace

std::vector<Contender> LibuvContenders() {
  return {MakeContender<Libuv>("libuv", "epoll", uv_version_string(), MaxChannels())};
}

}  // namespace someos::bench
