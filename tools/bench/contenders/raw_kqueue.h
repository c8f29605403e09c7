// kqueue(2) as in its manual page.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_KQUEUE_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_KQUEUE_H_

#include <sys/event.h>
#include <sys/types.h>
#include <time.h>

#include <cstdint>
#include <vector>

#include "absl/base/attributes.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

template <typename Handler>
class RawKqueue : public ContenderBase {
 public:
  RawKqueue(const Setup& setup, Handler& handler)
      : handler_(handler), queue_(MustSucceed(kqueue(), "kqueue")), events_(setup.room) {}

  void Register(int fd, uint64_t data, Want want) {
    const struct kevent change = Make(fd, data, want, EV_ADD);
    Require(kevent(queue_.get(), &change, 1, nullptr, 0, nullptr) == 0);
  }
  void Modify(int fd, uint64_t data, Want want) {
    // Reading and writing are different filters, so the other one has to be deleted.
    const Want other = want == Want::kRead ? Want::kWrite : Want::kRead;
    if (modified_) {
      const struct kevent changes[] = {Make(fd, data, other, EV_DELETE),
                                       Make(fd, data, want, EV_ADD)};
      Require(kevent(queue_.get(), changes, 2, nullptr, 0, nullptr) == 0);
    } else {
      Register(fd, data, want);
    }
    modified_ = true;
  }
  void Unregister(int fd, uint64_t data) {
    const struct kevent change = Make(fd, data, Want::kRead, EV_DELETE);
    Require(kevent(queue_.get(), &change, 1, nullptr, 0, nullptr) == 0);
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    const timespec none = {};
    const int count =
        kevent(queue_.get(), nullptr, 0, events_.data(), static_cast<int>(events_.size()),
               patience == Patience::kForever ? nullptr : &none);
    Require(count >= 0);
    for (int i = 0; i < count; ++i) handler_(reinterpret_cast<uintptr_t>(events_[i].udata));
  }

 private:
  static struct kevent Make(int fd, uint64_t data, Want want, unsigned flags) {
    struct kevent change;
    EV_SET(&change, fd, want == Want::kRead ? EVFILT_READ : EVFILT_WRITE, flags, 0, 0,
           reinterpret_cast<void*>(static_cast<uintptr_t>(data)));
    return change;
  }

  Handler& handler_;
  ScopedFd queue_;
  bool modified_ = false;
  std::vector<struct kevent> events_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_RAW_KQUEUE_H_
