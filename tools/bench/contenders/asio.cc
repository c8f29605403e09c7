// asio (without Boost) on epoll. Each of its waits is for one event; the program starts the next
// one.

#define ASIO_STANDALONE 1
#include <asio.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
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

using Descriptor = asio::posix::stream_descriptor;

// The concurrency hint: one thread, to which others may only post.
constexpr int kOneThread = 1;

template <typename Handler>
class Asio : public ContenderBase {
 public:
  static constexpr bool kTimes = true;
  static constexpr bool kWakes = true;
  static constexpr bool kLoops = true;
  static constexpr bool kShares = true;
  static constexpr size_t kObjectBytes = sizeof(Descriptor);

  Asio(const Setup& setup, Handler& handler)
      : handler_(handler),
        context_(setup.threads == Threads::kChange ? ASIO_CONCURRENCY_HINT_SAFE : kOneThread),
        runs_alone_(setup.threads != Threads::kChange),
        watchers_(setup.fds) {
    ready_.reserve(watchers_.size());
  }
  ~Asio() {
    for (std::optional<Watcher>& watcher : watchers_) {
      if (watcher.has_value() && watcher->descriptor.is_open()) watcher->descriptor.release();
    }
  }

  void Register(int fd, uint64_t data, Want want) {
    if (!watchers_[data].has_value()) watchers_[data].emplace(context_);
    watchers_[data]->descriptor.assign(fd);
    StartWaiting(data, want);
  }
  void Modify(int, uint64_t data, Want want) {
    watchers_[data]->descriptor.cancel();
    StartWaiting(data, want);
    RunCancelled();
  }
  void Unregister(int, uint64_t data) {
    watchers_[data]->descriptor.release();
    RunCancelled();
  }
  void RegisterOnce(int fd, uint64_t data) {
    watchers_[data].emplace(context_);
    watchers_[data]->descriptor.assign(fd);
    Rearm(fd, data);
  }
  void Rearm(int, uint64_t data) {
    watchers_[data]->descriptor.async_wait(Descriptor::wait_read,
                                           [this, data](const asio::error_code& error) {
                                             if (!error) handler_(data);
                                           });
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    context_.restart();
    if (patience == Patience::kForever) context_.run_one();
    FinishWait();
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitAnHour() {
    context_.restart();
    context_.run_one_for(std::chrono::hours(1));
    FinishWait();
  }
  void StartTimer() {
    timer_.expires_after(std::chrono::hours(1));
    timer_.async_wait([](const asio::error_code&) {});
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE void WaitWithTimer() { Wait(Patience::kForever); }
  void Wake() {
    asio::post(context_, [] {});
  }
  void Loop() {
    in_loop_ = true;
    context_.restart();
    context_.run();
    in_loop_ = false;
  }
  void Break() { context_.stop(); }

 private:
  struct Watcher {
    explicit Watcher(asio::io_context& context) : descriptor(context) {}
    Descriptor descriptor;
    Want want = Want::kRead;
  };

  void StartWaiting(uint64_t data, Want want) {
    watchers_[data]->want = want;
    watchers_[data]->descriptor.async_wait(
        want == Want::kRead ? Descriptor::wait_read : Descriptor::wait_write,
        [this, data](const asio::error_code& error) {
          if (error) return;
          handler_(data);
          if (in_loop_) {
            StartWaiting(data, watchers_[data]->want);
          } else {
            ready_.push_back(data);
          }
        });
  }

  void FinishWait() {
    context_.poll();
    // Not before, because a descriptor that stays ready would be handled again and again.
    for (const uint64_t data : ready_) StartWaiting(data, watchers_[data]->want);
    ready_.clear();
  }

  // A cancelled operation takes memory until its handler has run. With a second thread, that one
  // runs it.
  void RunCancelled() {
    if (runs_alone_ && ++cancelled_ % 64 == 0) Wait(Patience::kNone);
  }

  Handler& handler_;
  asio::io_context context_;
  asio::steady_timer timer_{context_};
  const bool runs_alone_;
  std::vector<std::optional<Watcher>> watchers_;  // by data
  std::vector<uint64_t> ready_;
  bool in_loop_ = false;
  unsigned cancelled_ = 0;
};

}  // namespace

std::vector<Contender> AsioContenders() {
  return {MakeContender<Asio>(
      "asio", "epoll",
      absl::StrCat(ASIO_VERSION / 100000, ".", ASIO_VERSION / 100 % 1000, ".", ASIO_VERSION % 100),
      MaxChannels())};
}

}  // namespace someos::bench
