// A Poller that wraps another one: a base class for observing or changing the calls to it.

#ifndef SOMEOS_API_FORWARDING_POLLER_H_
#define SOMEOS_API_FORWARDING_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/api/wait_outcome.h"

namespace someos {

// Forwards every call to `poller`, which it owns; a subclass overrides the calls that it is
// interested in. The changes of a batch are forwarded one by one.
class ForwardingPoller : public Poller {
 public:
  explicit ForwardingPoller(std::unique_ptr<Poller> poller) : poller_(std::move(poller)) {}

  absl::string_view name() const override { return poller_->name(); }
  Capabilities capabilities() const override { return poller_->capabilities(); }
  std::vector<Registration> registrations() const override { return poller_->registrations(); }
  Counters counters() const override { return poller_->counters(); }

 protected:
  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    return poller_->Register(fd, interest, data, trigger);
  }
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    return poller_->Modify(fd, interest, data, trigger);
  }
  absl::Status DoUnregister(int fd) override { return poller_->Unregister(fd); }
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    return poller_->Wait(events, timeout);
  }
  absl::Status DoWake() override { return poller_->Wake(); }
  absl::Status DoRebuildAfterFork() override { return poller_->RebuildAfterFork(); }
  absl::StatusOr<int> DoTakeError(int fd) override { return poller_->TakeError(fd); }
  absl::StatusOr<int> DoFd() override { return poller_->fd(); }

 private:
  const std::unique_ptr<Poller> poller_;
};

}  // namespace someos

#endif  // SOMEOS_API_FORWARDING_POLLER_H_
