// asio (without Boost) on epoll. Each of its waits is for one event; the program starts the next
// one.

#define ASIO_STANDALONE 1
#include <asio.hpp>
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
class Asio {
 public:
  static constexpr bool kWakes = true;
  static constexpr bool kBatches = false;
  static constexpr bool kTimes = false;

  Asio(const Setup&, Handler& handler) : handler_(handler) {}
  ~Asio() {
    for (const auto& watcher : watchers_) {
      if (watcher != nullptr && watcher->descriptor.is_open()) watcher->descriptor.release();
    }
  }

  void Register(int fd, uint64_t data, Want want) {
    if (watchers_.size() <= data) watchers_.resize(data + 1);
    if (watchers_[data] == nullptr) watchers_[data] = std::make_unique<Watcher>(context_);
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

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Wait(Patience patience) {
    context_.restart();
    if (patience == Patience::kForever) context_.run_one();
    context_.poll();
    // Not before, because a descriptor that stays ready would be handled again and again.
    for (const uint64_t data : ready_) StartWaiting(data, watchers_[data]->want);
    ready_.clear();
  }
  void Wake() {
    asio::post(context_, [] {});
  }

 private:
  struct Watcher {
    explicit Watcher(asio::io_context& context) : descriptor(context) {}
    asio::posix::stream_descriptor descriptor;
    Want want = Want::kRead;
  };

  void StartWaiting(uint64_t data, Want want) {
    using Descriptor = asio::posix::stream_descriptor;
    watchers_[data]->want = want;
    watchers_[data]->descriptor.async_wait(
        want == Want::kRead ? Descriptor::wait_read : Descriptor::wait_write,
        [this, data](const asio::error_code& error) {
          if (error) return;
          handler_(data);
          ready_.push_back(data);
        });
  }

  // A cancelled operation takes memory until its handler has run.
  void RunCancelled() {
    if (++cancelled_ % 64 == 0) Wait(Patience::kNone);
  }

  Handler& handler_;
  asio::io_context context_{1};                     // for one thread
  std::vector<std::unique_ptr<Watcher>> watchers_;  // by data
  std::vector<uint64_t> ready_;
  unsigned cancelled_ = 0;
};

}  // namespace

Contender AsioContender() {
  return MakeContender<Asio>(
      "asio", "epoll",
      absl::StrCat(ASIO_VERSION / 100000, ".", ASIO_VERSION / 100 % 1000, ".", ASIO_VERSION % 100),
      MaxChannels());
}

}  // namespace someos::bench
