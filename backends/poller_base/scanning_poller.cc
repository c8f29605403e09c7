#include "someos/backends/poller_base/scanning_poller.h"

#include <cerrno>
#include <cstddef>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/is_open.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/poller_base/fd_error.h"
#include "someos/backends/poller_base/hangup_error.h"
#include "someos/backends/poller_base/implied_readiness.h"
#include "someos/backends/poller_base/single_waiter.h"
#include "someos/backends/poller_base/slow_growth.h"
#include "someos/backends/poller_base/socket_error.h"

namespace someos::poller_base {

ScanningPoller::ScanningPoller(const PollerOptions& options, WakeChannel wake_channel,
                               const KnownFilesSystem& known_files)
    : options_(options),
      wake_channel_(std::move(wake_channel)),
      fork_generation_(base::ForkGeneration()),
      known_files_(known_files, base::SystemCallsOf(options)),
      kept_(base::SystemCallsOf(options)) {
  base::WatchForForks();
}

absl::Status ScanningPoller::CheckSupported(absl::string_view operation, int fd, Interest interest,
                                            Trigger trigger) const {
  if (trigger == Trigger::kExclusive) {
    return PlainStatus(
        absl::StatusCode::kUnimplemented,
        absl::StrCat(operation, " fd ", fd, ": ", name(), " has no exclusive registrations"));
  }
  if (trigger == Trigger::kEdge) {
    return PlainStatus(
        absl::StatusCode::kUnimplemented,
        absl::StrCat(operation, " fd ", fd, ": ", name(), " has no edge-triggered mode"));
  }
  if (interest == Interest::kErrors && !capabilities().errors_alone) {
    return PlainStatus(
        absl::StatusCode::kUnimplemented,
        absl::StrCat(operation, " fd ", fd, ": ", name(), " reports no errors alone"));
  }
  if (HasAny(interest, Interest::kPriority) && !capabilities().priority) {
    return PlainStatus(
        absl::StatusCode::kUnimplemented,
        absl::StrCat(operation, " fd ", fd, ": ", name(), " reports no priority data"));
  }
  return absl::OkStatus();
}

ScanEntry* ScanningPoller::FindRegistered(int fd) {
  if (static_cast<size_t>(fd) >= table_.size()) return nullptr;
  return table_[fd].registered() ? &table_[fd] : nullptr;
}

int ScanningPoller::Mismatch(int fd, const ScanEntry& entry) {
  const int error = known_files_.Check(fd);
  return error == 0 && entry.state == State::kDead ? ENOENT : error;
}

absl::Status ScanningPoller::DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (forked()) return base::ForkedError("register");
  if (absl::Status status = CheckSupported("register", fd, interest, trigger); !status.ok()) {
    return status;
  }
  if (wake_channel_.Owns(fd)) return OwnDescriptorError(fd, "wake channel");
  if (absl::Status status = CheckRange(fd); !status.ok()) {
    return base::IsOpen(fd) ? status : FdError(errno, "register", fd);
  }
  base::LockIfThreads lock(mutex_);
  if (known_files_.Owns(fd)) return OwnDescriptorError(fd, "epoll set");
  const ScanEntry* const old = FindRegistered(fd);
  const bool known = old != nullptr && old->state != State::kDead;
  // Before the table grows: a number like INT_MAX, which is not open, must not determine its size.
  if (const int error = known_files_.Add(fd, known, interest); error != 0) {
    return FdError(error, "register", fd);
  }
  if (static_cast<size_t>(fd) >= table_.size()) {
    ReserveSlowly(table_, fd + 1);
    table_.resize(fd + 1);
  }
  kept_.Drop(fd);
  table_[fd].Replace({data, interest, trigger, State::kArmed});
  Sync(fd);
  return absl::OkStatus();
}

absl::Status ScanningPoller::DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  if (forked()) return base::ForkedError("modify");
  if (absl::Status status = CheckSupported("modify", fd, interest, trigger); !status.ok()) {
    return status;
  }
  base::LockIfThreads lock(mutex_);
  ScanEntry* entry = FindRegistered(fd);
  if (entry == nullptr) return FdError(ENOENT, "modify", fd);
  if (const int error = Mismatch(fd, *entry); error != 0) return FdError(error, "modify", fd);
  entry->Replace({data, interest, trigger, State::kArmed, entry->telling});
  Sync(fd);
  return absl::OkStatus();
}

absl::Status ScanningPoller::DoUnregister(int fd) {
  if (forked()) return base::ForkedError("unregister");
  base::LockIfThreads lock(mutex_);
  ScanEntry* entry = FindRegistered(fd);
  if (entry == nullptr) return FdError(ENOENT, "unregister", fd);
  known_files_.Remove(fd);
  entry->Replace(ScanEntry());
  kept_.Drop(fd);
  Sync(fd);
  return absl::OkStatus();
}

void ScanningPoller::Sync(int fd) {
  if (!waiting_) {
    SyncNow(fd);
    return;
  }
  changed_.push_back(fd);
  wake_channel_.Signal();
}

void ScanningPoller::SyncNow(int fd) {
  const ScanEntry& entry = table_[fd];
  if (!entry.registered()) {
    Forget(fd);
  } else {
    Watch(fd, entry.state == State::kArmed ? entry.interest : Interest::kNone);
  }
}

void ScanningPoller::SyncChanged() {
  for (const int fd : changed_) SyncNow(fd);
  changed_.clear();
}

std::vector<Registration> ScanningPoller::registrations() const {
  if (forked() && !fork_guard_.IsFree()) return {};
  base::LockIfThreads lock(mutex_);
  std::vector<Registration> result;
  for (size_t fd = 0; fd < table_.size(); ++fd) {
    const ScanEntry& entry = table_[fd];
    if (!entry.registered()) continue;
    result.push_back({static_cast<int>(fd), entry.interest, entry.trigger, entry.data});
  }
  return result;
}

absl::StatusOr<int> ScanningPoller::DoTakeError(int fd) {
  if (forked()) return base::ForkedError("take error");
  // With the lock, so that no other thread registers the number between the check and the call.
  base::LockIfThreads lock(mutex_);
  const ScanEntry* entry = FindRegistered(fd);
  if (entry == nullptr) return FdError(ENOENT, "take error of", fd);
  if (const int error = Mismatch(fd, *entry); error != 0) {
    return FdError(error, "take error of", fd);
  }
  return TakeSocketError(fd);
}

absl::Status ScanningPoller::DoWake() {
  if (forked()) return wake_request_.Refuse();
  return wake_request_.Make(wake_channel_);
}

WaitOutcome ScanningPoller::DoWait(absl::Span<Event> events, absl::Duration timeout) {
  if (forked()) return base::ForkedError("wait");
  base::Deadline deadline = base::Deadline::NotStarted(timeout);
  base::LockIfThreads lock(mutex_);
  if (ABSL_PREDICT_FALSE(waiting_)) return SingleWaiter::Refusal();
  waiting_ = true;
  events_ = events;
  delivered_ = 0;
  const EndOfWait end(*this);
  return WaitLocked(deadline, lock);
}

ScanningPoller::EndOfWait::~EndOfWait() {
  poller_.waiting_ = false;
  // Changes that were made while the thread was in its last system call.
  poller_.SyncChanged();
}

int ScanningPoller::LookThenBlock(base::Deadline& deadline, bool only_look) {
  // A look need not ask the kernel about the wake channel: only a pending Wake matters, and that is
  // known without a system call. A concurrent change signals the channel as well; a later Block
  // sees that signal and continues.
  if (wake_request_.pending()) return Block(deadline);
  if (only_look) return Look();
  return looks_.LookThenBlock(deadline, [this](const base::Deadline& until) {
    return until.immediate() ? Look() : Block(until);
  });
}

WaitOutcome ScanningPoller::Failure(int error, absl::string_view detail) const {
  return ErrnoStatus(error, absl::StrCat("wait: ", name(), detail));
}

WaitOutcome ScanningPoller::WaitLocked(base::Deadline& deadline, base::LockIfThreads& lock) {
  while (true) {
    int error = 0;
    // What was kept is reported together with what is found now, so that the order stays fair; but
    // there is something to report, so the call must not block.
    const bool only_look = !kept_.empty() && kept_.AnyReportable(table_);
    const int count = lock.CallUnlocked([&] {
      const int found = LookThenBlock(deadline, only_look);
      if (found < 0) error = errno;
      return found;
    });

    bool woken = false;
    if (count > 0 && WakeFound()) {
      wake_channel_.Drain();
      // If no Wake is pending, the channel was signalled by a change.
      woken = wake_request_.Take();
    }
    // Before Scan, so that nothing stale is reported for a descriptor that changed during the
    // system call: its number may name another file by now.
    SyncChanged();
    const bool kept = count >= 0 && !kept_.empty() && AddKept();
    if (count > 0 || kept) {
      Scan();
    } else if (error == EBADF) {
      if (!base::IsOpen(wake_fd())) {
        return Failure(error, ": wake channel");
      }
      // It may find none: another thread may have reused the number by now.
      DeliverClosed();
    } else if (error == EINTR) {
      counters_.CountInterrupted();
      if (options_.return_on_signal) return Failure(error);
    } else if (error != 0) {
      return Failure(error);
    }
    if (delivered_ > 0 || woken || deadline.Passed()) {
      if (const int failed = deadline.clock_error(); failed != 0 && delivered_ == 0 && !woken) {
        return Failure(failed, ": clock_gettime");
      }
      counters_.CountWait(delivered_, woken);
      return delivered_;
    }
    if (count > 0) counters_.CountSpurious();
  }
}

bool ScanningPoller::AddKept() {
  return kept_.TakeReportable(
      table_, [this](int fd, uint16_t raw) ABSL_NO_THREAD_SAFETY_ANALYSIS { AddFound(fd, raw); });
}

bool ScanningPoller::DeliverSlow(int fd, Readiness found, uint16_t raw) {
  constexpr Readiness kAlwaysReported =
      Readiness::kHangup | Readiness::kError | Readiness::kInvalid;
  ScanEntry& entry = table_[fd];
  const auto wanted = static_cast<Readiness>(entry.interest);
  found = WithErrorOfHangup(fd, entry.interest, found);
  Readiness readiness = found & (wanted | kAlwaysReported);
  if (HasAny(found, Readiness::kHangup | Readiness::kError)) {
    readiness |= ImpliedReadiness(fd, entry.interest, found);
  }
  if (readiness == Readiness::kNone) return true;
  if (HasAny(found, Readiness::kInvalid)) {
    entry.state = State::kDead;
  } else if (entry.trigger == Trigger::kOneShot) {
    entry.state = State::kFired;
  }
  if (entry.state != State::kArmed) Watch(fd, Interest::kNone);
  return Fill(entry, fd, readiness, raw);
}

void ScanningPoller::DeliverClosed() {
  for (size_t fd = 0; fd < table_.size(); ++fd) {
    const ScanEntry& entry = table_[fd];
    if (!entry.reportable()) continue;
    if (base::IsOpen(static_cast<int>(fd)) || errno != EBADF) continue;
    if (!Deliver(static_cast<int>(fd), Readiness::kInvalid, 0)) return;
  }
}

absl::Status ScanningPoller::DoRebuildAfterFork() {
  if (!forked()) return absl::OkStatus();
  if (!fork_guard_.IsFree()) return base::ForkGuard::NotFreeError("rebuild after fork");
  base::LockIfThreads lock(mutex_);
  SyncChanged();
  // Before a descriptor is opened that could reuse the number of a registration whose file is
  // closed.
  ForgetOtherFiles();
  absl::StatusOr<WakeChannel> wake_channel = WakeChannel::Create(base::SystemCallsOf(options_));
  if (!wake_channel.ok()) return wake_channel.status();
  if (absl::Status replaced = ReplaceWakeFd(wake_channel->fd()); !replaced.ok()) return replaced;
  wake_channel_ = *std::move(wake_channel);
  wake_request_.Take();
  waiting_ = false;
  fork_generation_ = base::ForkGeneration();
  RenewKnownFiles();
  return lost_.Take();
}

void ScanningPoller::ForgetOtherFiles() {
  for (size_t i = 0; i < table_.size(); ++i) {
    if (!table_[i].registered()) continue;
    const int fd = static_cast<int>(i);
    if (const int error = known_files_.CheckInChild(fd); error != 0) ForgetLost(fd, error);
  }
}

void ScanningPoller::RenewKnownFiles() {
  known_files_.Renew();
  for (size_t i = 0; i < table_.size(); ++i) {
    if (!table_[i].registered()) continue;
    const int fd = static_cast<int>(i);
    const int error = known_files_.Add(fd, /*known=*/false, table_[i].interest);
    if (error != 0) ForgetLost(fd, error);
  }
}

void ScanningPoller::ForgetLost(int fd, int error) {
  lost_.Add(fd, error);
  table_[fd].Replace(ScanEntry());
  kept_.Drop(fd);
  SyncNow(fd);
}

}  // namespace someos::poller_base
