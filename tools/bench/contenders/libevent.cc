// libevent. Its wake-ups are not used: they need locks, which are enabled for the whole program or
// not at all.

#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/thread.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/base/attributes.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/contenders/peers.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/make_case.h"

namespace someos::bench {
namespace {

enum class Base { kEpoll, kEpollChangelist, kPoll, kSelect };

const char* MethodOf(Base base) {
  switch (base) {
    case Base::kPoll:
      return "poll";
    case Base::kSelect:
      return "select";
    default:
      return "epoll";
  }
}

event_base* NewBase(Base kind) {
  event_config* const config = event_config_new();
  for (const char* method : {"epoll", "poll", "select"}) {
    if (std::strcmp(method, MethodOf(kind)) != 0) event_config_avoid_method(config, method);
  }
  if (kind == Base::kEpollChangelist) {
    event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
  }
  event_base* const base = event_base_new_with_config(config);
  event_config_free(config);
  return base;
}

template <typename Handler, Base kBase>
class Libevent : public ContenderBase {
 public:
  static constexpr bool kTimes = true;
  static constexpr bool kLoops = true;
  static constexpr bool kShares = kBase == Base::kEpoll;
  static constexpr size_t kObjectBytes = sizeof(event);

  Libevent(const Setup& setup, Handler& handler)
      : handler_(handler), base_(Create(setup)), watchers_(setup.fds) {
    evtimer_assign(&timer_, base_, Ignore, nullptr);
  }
  Libevent(const Libevent&) = delete;
  Libevent& operator=(const Libevent&) = delete;
  ~Libevent() {
    event_del(&timer_);
    for (const Watcher& watcher : watchers_) {
      if (watcher.now != nullptr) event_del(watcher.now);
    }
    event_base_free(base_);
  }

  void Register(int fd, uint64_t data, Want want) {
    Assign(fd, data, want, EV_PERSIST);
    Require(event_add(watchers_[data].now, nullptr) == 0);
  }
  // Reading and writing are events of their own, and so a change is two calls.
  void Modify(int fd, uint64_t data, Want want) {
    Watcher& watcher = watchers_[data];
    event* const before = watcher.now;
    watcher.now = watcher.EventFor(want);
    if (watcher.now == before) return;
    if (!event_initialized(watcher.now)) Assign(fd, data, want, EV_PERSIST);
    Require(event_add(watcher.now, nullptr) == 0);
    Require(event_del(before) == 0);
  }
  void Unregister(int, uint64_t data) { Require(event_del(watchers_[data].now) == 0); }
  void RegisterOnce(int fd, uint64_t data) {
    Assign(fd, data, Want::kRead, 0);
    Rearm(fd, data);
  }
  void Rearm(int, uint64_t data) { Require(event_add(watchers_[data].now, nullptr) == 0); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    // Without EVLOOP_ONCE it continues as long as something is ready.
    const int flags = patience == Patience::kForever ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK;
    Require(event_base_loop(base_, flags) >= 0);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() {
    StartTimer();
    Wait(Patience::kForever);
  }
  void StartTimer() {
    const timeval hour = {3600, 0};
    Require(event_add(&timer_, &hour) == 0);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { Wait(Patience::kForever); }
  void Loop() { Require(event_base_dispatch(base_) >= 0); }
  void Break() { Require(event_base_loopbreak(base_) == 0); }

 private:
  struct Watcher {
    event* EventFor(Want want) { return want == Want::kRead ? &read : &write; }

    event read = {};
    event write = {};
    event* now = nullptr;  // the one that is used, or was used last
    Handler* handler = nullptr;
    uint64_t data = 0;
  };

  static event_base* Create(const Setup& setup) {
    if (setup.threads != Threads::kNone) Require(evthread_use_pthreads() == 0);
    event_base* const base = NewBase(kBase);
    Require(base != nullptr);
    return base;
  }
  void Assign(int fd, uint64_t data, Want want, short flags) {
    Watcher& watcher = watchers_[data];
    watcher.now = watcher.EventFor(want);
    watcher.handler = &handler_;
    watcher.data = data;
    const short what = (want == Want::kRead ? EV_READ : EV_WRITE) | flags;
    Require(event_assign(watcher.now, base_, fd, what, Ready, &watcher) == 0);
  }
  static void Ready(evutil_socket_t, short, void* argument) {
    const Watcher& watcher = *static_cast<Watcher*>(argument);
    (*watcher.handler)(watcher.data);
  }
  static void Ignore(evutil_socket_t, short, void*) {}

  Handler& handler_;
  event_base* const base_;
  event timer_;
  std::vector<Watcher> watchers_;  // by data
};

template <typename Handler>
using OnEpoll = Libevent<Handler, Base::kEpoll>;
template <typename Handler>
using OnEpollChangelist = Libevent<Handler, Base::kEpollChangelist>;
template <typename Handler>
using OnPoll = Libevent<Handler, Base::kPoll>;
template <typename Handler>
using OnSelect = Libevent<Handler, Base::kSelect>;

}  // namespace

std::vector<Contender> LibeventContenders() {
  const std::string version = event_get_version();
  const std::string with_changelist = "libevent changelist";
  std::vector<Contender> contenders = {
      MakeContender<OnEpoll>("libevent", "epoll", version, MaxChannels()),
      MakeContender<OnEpollChangelist>(with_changelist, "epoll", version, MaxChannels()),
      MakeContender<OnPoll>("libevent", "poll", version, MaxChannels()),
      MakeContender<OnSelect>("libevent", "select", version, MaxChannelsForSelect())};
  for (Contender& contender : contenders) {
    contender.variant = contender.backend != "epoll" || contender.name == with_changelist;
  }
  return contenders;
}

}  // namespace someos::bench
