// libev on epoll. It postpones changes until it waits, and does not remove descriptors at once: it
// lets the kernel report them, and corrects the registration then.

#include <ev.h>

#include <cstdint>
#include <memory>
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

template <typename Handler>
class Libev {
 public:
  static constexpr bool kWakes = true;
  static constexpr bool kBatches = false;
  static constexpr bool kTimes = false;

  Libev(const Setup&, Handler& handler)
      : handler_(handler), loop_(ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV)) {
    Require(loop_ != nullptr);
    ev_async_init(&wake_, [](struct ev_loop*, ev_async*, int) {});
    ev_async_start(loop_, &wake_);
  }
  Libev(const Libev&) = delete;
  Libev& operator=(const Libev&) = delete;
  ~Libev() { ev_loop_destroy(loop_); }

  void Register(int fd, uint64_t data, Want want) {
    while (watchers_.size() <= data) watchers_.push_back(std::make_unique<Watcher>());
    Watcher& watcher = *watchers_[data];
    watcher.handler = &handler_;
    watcher.data = data;
    ev_io_init(&watcher.io, Ready, fd, Events(want));
    ev_io_start(loop_, &watcher.io);
  }
  void Modify(int fd, uint64_t data, Want want) {
    Watcher& watcher = *watchers_[data];
    ev_io_stop(loop_, &watcher.io);
    ev_io_set(&watcher.io, fd, Events(want));
    ev_io_start(loop_, &watcher.io);
  }
  void Unregister(int, uint64_t data) { ev_io_stop(loop_, &watchers_[data]->io); }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    ev_run(loop_, patience == Patience::kForever ? EVRUN_ONCE : EVRUN_NOWAIT);
  }
  void Wake() { ev_async_send(loop_, &wake_); }

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
  std::vector<std::unique_ptr<Watcher>> watchers_;  // by data
};

}  // namespace

Contender LibevContender() {
  return MakeContender<Libev>(
      "libev", "epoll", absl::StrCat(ev_version_major(), ".", ev_version_minor()), MaxChannels());
}

}  // namespace someos::bench
