#include "someos/tools/shell/session/watched_poller.h"

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/select.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::shell {
namespace {

// The conditions of an interest that a readiness has.
Interest BitsOf(Readiness readiness) {
  Interest bits = Interest::kNone;
  if (HasAny(readiness, Readiness::kReadable)) bits |= Interest::kReadable;
  if (HasAny(readiness, Readiness::kWritable)) bits |= Interest::kWritable;
  if (HasAny(readiness, Readiness::kPriority)) bits |= Interest::kPriority;
  if (HasAny(readiness, Readiness::kReadHangup)) bits |= Interest::kReadHangup;
  return bits;
}

// What lasts whatever the interest is.
bool IsFinal(Readiness readiness) {
  return HasAny(readiness, Readiness::kHangup | Readiness::kError | Readiness::kInvalid);
}

}  // namespace

absl::StatusOr<std::unique_ptr<WatchedPoller>> WatchedPoller::Create(absl::string_view name,
                                                                     absl::string_view backend,
                                                                     NoticeQueue& notices) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = NewPoller(backend);
  if (!poller.ok()) return poller.status();
  return std::unique_ptr<WatchedPoller>(new WatchedPoller(name, *std::move(poller), notices));
}

WatchedPoller::WatchedPoller(absl::string_view name, std::unique_ptr<Poller> poller,
                             NoticeQueue& notices)
    : name_(name), poller_(std::move(poller)), notices_(notices), thread_([this] { Run(); }) {}

WatchedPoller::~WatchedPoller() {
  stopped_ = true;
  poller_->Wake().IgnoreError();
  thread_.join();
}

void WatchedPoller::Run() {
  Event events[16];
  while (!stopped_) {
    const absl::StatusOr<size_t> count = poller_->Wait(events, absl::InfiniteDuration());
    if (!count.ok()) {
      notices_.Post({absl::StrCat(name_, ": ", count.status().message()), ""});
      return;
    }
    for (const Event& event : absl::MakeConstSpan(events, *count)) Report(event);
  }
}

void WatchedPoller::Report(const Event& event) {
  const base::MutexLock lock(mutex_);
  const auto found = watched_.find(event.fd);
  if (found == watched_.end() || found->second.number != event.data) return;
  if (found->second.trigger == Trigger::kLevel) {
    Pause(event.fd, found->second, event.readiness);
  }
  notices_.Post({absl::StrCat(name_, ": ", found->second.name, " ", event.readiness), ""});
}

void WatchedPoller::Pause(int fd, Watched& watched, Readiness reported) {
  if (HasAny(reported, Readiness::kInvalid)) return;  // the poller itself reports it once
  watched.active &= ~BitsOf(reported);
  if (IsFinal(reported)) {
    watched.active = Interest::kNone;
  } else if (watched.active == Interest::kNone && poller_->capabilities().errors_alone) {
    watched.active = Interest::kErrors;
  }
  const absl::Status status = poller_->Modify(fd, watched.active, watched.number, watched.trigger);
  if (!status.ok()) {
    notices_.Post({absl::StrCat(name_, ": ", watched.name, ": ", status.message()), ""});
  }
}

absl::Status WatchedPoller::Watch(absl::string_view name, int fd, Interest interest,
                                  Trigger trigger) {
  const base::MutexLock lock(mutex_);
  const uint64_t number = ++registrations_;
  const bool known = watched_.count(fd) > 0;
  const absl::Status status = known ? poller_->Modify(fd, interest, number, trigger)
                                    : poller_->Register(fd, interest, number, trigger);
  if (!status.ok()) return status;
  watched_[fd] = {std::string(name), interest, trigger, interest, number};
  return status;
}

absl::Status WatchedPoller::Unwatch(int fd) {
  const base::MutexLock lock(mutex_);
  const absl::Status status = poller_->Unregister(fd);
  watched_.erase(fd);
  return status;
}

bool WatchedPoller::Watches(int fd) const {
  const base::MutexLock lock(mutex_);
  return watched_.count(fd) > 0;
}

void WatchedPoller::Resume(int fd) {
  const base::MutexLock lock(mutex_);
  const auto found = watched_.find(fd);
  if (found == watched_.end()) return;
  Watched& watched = found->second;
  if (watched.trigger != Trigger::kLevel || watched.active == watched.interest) return;
  watched.active = watched.interest;
  const absl::Status status = poller_->Modify(fd, watched.active, watched.number, watched.trigger);
  if (!status.ok()) {
    notices_.Post({absl::StrCat(name_, ": ", watched.name, ": ", status.message()), ""});
  }
}

std::vector<std::string> WatchedPoller::Registrations() const {
  const base::MutexLock lock(mutex_);
  std::vector<std::string> lines;
  for (const auto& [fd, watched] : watched_) {
    lines.push_back(absl::StrCat(watched.name, " ", watched.interest, " ", watched.trigger));
  }
  lines.push_back(absl::StrCat(poller_->counters()));
  return lines;
}

std::string WatchedPoller::Describe() const {
  const base::MutexLock lock(mutex_);
  return absl::StrCat(poller_->name(), ", ", watched_.size(), " watched");
}

}  // namespace someos::shell
