// libevent on epoll. Its wake-ups are not used: they need locks, which are enabled for the whole
// program or not at all.

#include <event2/event.h>
#include <event2/event_struct.h>

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
class Libevent {
 public:
  static constexpr bool kWakes = false;
  static constexpr bool kBatches = false;
  static constexpr bool kTimes = false;

  Libevent(const Setup&, Handler& handler) : handler_(handler) {
    event_config* config = event_config_new();
    for (const char* other : {"select", "poll"}) event_config_avoid_method(config, other);
    base_ = event_base_new_with_config(config);
    event_config_free(config);
    Require(base_ != nullptr);
  }
  Libevent(const Libevent&) = delete;
  Libevent& operator=(const Libevent&) = delete;
  ~Libevent() {
    for (const auto& watcher : watchers_) event_del(&watcher->event);
    event_base_free(base_);
  }

  void Register(int fd, uint64_t data, Want want) {
    while (watchers_.size() <= data) {
      watchers_.push_back(std::make_unique<Watcher>());
      event_assign(&watchers_.back()->event, base_, -1, 0, Ready, nullptr);
    }
    Watcher& watcher = *watchers_[data];
    watcher.handler = &handler_;
    watcher.data = data;
    const short what = (want == Want::kRead ? EV_READ : EV_WRITE) | EV_PERSIST;
    Require(event_assign(&watcher.event, base_, fd, what, Ready, &watcher) == 0);
    Require(event_add(&watcher.event, nullptr) == 0);
  }
  void Modify(int fd, uint64_t data, Want want) {
    Unregister(fd, data);
    Register(fd, data, want);
  }
  void Unregister(int, uint64_t data) { Require(event_del(&watchers_[data]->event) == 0); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    // Without EVLOOP_ONCE it continues as long as something is ready.
    const int flags = patience == Patience::kForever ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK;
    Require(event_base_loop(base_, flags) >= 0);
  }

 private:
  struct Watcher {
    event event;
    Handler* handler;
    uint64_t data;
  };

  static void Ready(evutil_socket_t, short, void* argument) {
    const Watcher& watcher = *static_cast<Watcher*>(argument);
    (*watcher.handler)(watcher.data);
  }

  Handler& handler_;
  event_base* base_;
  std::vector<std::unique_ptr<Watcher>> watchers_;  // by data
};

}  // namespace

Contender LibeventContender() {
  return MakeContender<Libevent>("libevent", "epoll", event_get_version(), MaxChannels());
}

}  // namespace someos::bench
