// libev. It postpones changes until it waits, and does not remove descriptors from epoll at once:
// it lets the kernel report them, and corrects the registration then.

#include <ev.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/contenders/peers.h"
#include "someos/tools/bench/workloads/contender.h"
#include "someos/tools/bench/workloads/make_case.h"

namespace someos::bench {
namespace {

template <typename Handler, unsigned kBackend>
class Libev : public ContenderBase {
 public:
  static constexpr bool kTimes = true;
  static constexpr bool kWakes = true;
  static constexpr bool kLoops = true;
  static constexpr size_t kObjectBytes = sizeof(ev_io);

  Libev(const Setup& setup, Handler& handler)
      : handler_(handler), loop_(ev_loop_new(kBackend | EVFLAG_NOENV)), watchers_(setup.fds) {
    Require(loop_ != nullptr);
    ev_async_init(&wake_, [](struct ev_loop*, ev_async*, int) {});
    ev_async_start(loop_, &wake_);
    constexpr ev_tstamp kHour = 3600;
    ev_timer_init(&timer_, [](struct ev_loop*, ev_timer*, int) {}, kHour, kHour);
  }
  Libev(const Libev&) = delete;
  Libev& operator=(const Libev&) = delete;
  ~Libev() { ev_loop_destroy(loop_); }

  void Register(int fd, uint64_t data, Want want) {
    Watcher& watcher = watchers_[data];
    watcher.handler = &handler_;
    watcher.data = data;
    ev_io_init(&watcher.io, Ready, fd, Events(want));
    ev_io_start(loop_, &watcher.io);
  }
  void Modify(int fd, uint64_t data, Want want) {
    Watcher& watcher = watchers_[data];
    ev_io_stop(loop_, &watcher.io);
    ev_io_set(&watcher.io, fd, Events(want));
    ev_io_start(loop_, &watcher.io);
  }
  void Unregister(int, uint64_t data) { ev_io_stop(loop_, &watchers_[data].io); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    ev_run(loop_, patience == Patience::kForever ? EVRUN_ONCE : EVRUN_NOWAIT);
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() {
    StartTimer();
    Wait(Patience::kForever);
  }
  void StartTimer() { ev_timer_again(loop_, &timer_); }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { Wait(Patience::kForever); }
  void Wake() { ev_async_send(loop_, &wake_); }
  void Loop() { ev_run(loop_, 0); }
  void Break() { ev_break(loop_, EVBREAK_ALL); }

 private:
  struct Watcher {
    ev_io io;  // first, so that a pointer to it is a pointer to the watcher
    Handler* handler;
    uint64_t data;
  };

  static int Events(Want want) { return want == Want::kRead ? EV_READ : EV_WRITE; }
  static void Ready(struct ev_loop*, ev_io* io, int) {
    const Watcher& watcher = *reinterpret_cast<Watcher*>(io);
    (*watcher.handler)(watcher.data);
  }

  Handler& handler_;
  struct ev_loop* const loop_;
  ev_async wake_;
  ev_timer timer_;
  std::vector<Watcher> watchers_;  // by data
};

template <typename Handler>
using OnEpoll = Libev<Handler, EVBACKEND_EPOLL>;
template <typename Handler>
using OnPoll = Libev<Handler, EVBACKEND_POLL>;
template <typename Handler>
using OnSelect = Libev<Handler, EVBACKEND_SELECT>;

}  // namespace

std::vector<Contender> LibevContenders() {
  const std::string version = absl::StrCat(ev_version_major(), ".", ev_version_minor());
  std::vector<Contender> contenders = {
      MakeContender<OnEpoll>("libev", "epoll", version, MaxChannels()),
      MakeContender<OnPoll>("libev", "poll", version, MaxChannels()),
      MakeContender<OnSelect>("libev", "select", version, MaxChannelsForSelect())};
  for (Contender& contender : contenders) contender.variant = contender.backend != "epoll";
  return contenders;
}

}  // namespace someos::bench
