// libuv on epoll. It postpones additions until it waits.

#include <uv.h>

#include <cstdint>
#include <memory>
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
class Libuv {
 public:
  static constexpr bool kWakes = true;
  static constexpr bool kBatches = false;
  static constexpr bool kTimes = false;

  Libuv(const Setup&, Handler& handler) : handler_(handler) {
    Require(uv_loop_init(&loop_) == 0);
    Require(uv_async_init(&loop_, &wake_, [](uv_async_t*) {}) == 0);
  }
  Libuv(const Libuv&) = delete;
  Libuv& operator=(const Libuv&) = delete;
  ~Libuv() {
    for (const auto& watcher : watchers_) {
      if (watcher != nullptr) uv_close(reinterpret_cast<uv_handle_t*>(&watcher->poll), nullptr);
    }
    uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
    uv_run(&loop_, UV_RUN_DEFAULT);
    Require(uv_loop_close(&loop_) == 0);
  }

  void Register(int fd, uint64_t data, Want want) {
    if (watchers_.size() <= data) watchers_.resize(data + 1);
    if (watchers_[data] == nullptr) {
      watchers_[data] = std::make_unique<Watcher>();
      Require(uv_poll_init(&loop_, &watchers_[data]->poll, fd) == 0);
    }
    watchers_[data]->handler = &handler_;
    watchers_[data]->data = data;
    Modify(fd, data, want);
  }
  void Modify(int, uint64_t data, Want want) {
    const int events = want == Want::kRead ? UV_READABLE : UV_WRITABLE;
    Require(uv_poll_start(&watchers_[data]->poll, events, Ready) == 0);
  }
  void Unregister(int, uint64_t data) { Require(uv_poll_stop(&watchers_[data]->poll) == 0); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    uv_run(&loop_, patience == Patience::kForever ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  }
  void Wake() { uv_async_send(&wake_); }

 private:
  struct Watcher {
    uv_poll_t poll;  // first, so that a pointer to it is a pointer to the watcher
    Handler* handler;
    uint64_t data;
  };

  static void Ready(uv_poll_t* poll, int, int) {
    const Watcher& watcher = *reinterpret_cast<Watcher*>(poll);
    (*watcher.handler)(watcher.data);
  }

  Handler& handler_;
  uv_loop_t loop_;
  uv_async_t wake_;
  std::vector<std::unique_ptr<Watcher>> watchers_;  // by data
};

}  // namespace

Contender LibuvContender() {
  return MakeContender<Libuv>("libuv", "epoll", uv_version_string(), MaxChannels());
}

}  // namespace someos::bench
