#include "someos/api/multiprocessing/synchronize/condition.h"

#include <climits>
#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/backends/base/deadline.h"

// Who waits counts itself in sleeping_ and waits for wait_; afterwards it counts itself in woken_.
// Who notifies takes from sleeping_ those that woken_ says have given up, then takes as many from
// sleeping_ as it wakes, raises wait_ for each, and waits for woken_ as often. Whoever was about to
// give up may leave its wake in wait_: that is taken back.

namespace someos::multiprocessing {
namespace {

absl::Status AssertionError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, message);
}

absl::StatusOr<bool> Try(SemLock& semaphore) { return semaphore.Acquire(/*block=*/false); }

// Acquires without waiting until it has no more, or `most` times: how often.
absl::StatusOr<int> Drain(SemLock& semaphore, int most) {
  for (int taken = 0; taken < most; ++taken) {
    const absl::StatusOr<bool> acquired = Try(semaphore);
    if (!acquired.ok()) return acquired.status();
    if (!*acquired) return taken;
  }
  return most;
}

}  // namespace

absl::StatusOr<Condition> Condition::Create(std::shared_ptr<SemLock> lock) {
  if (lock == nullptr) {
    absl::StatusOr<RLock> own = RLock::Create();
    if (!own.ok()) return own.status();
    lock = std::make_shared<RLock>(*std::move(own));
  }
  absl::StatusOr<Semaphore> sleeping = Semaphore::Create(0);
  if (!sleeping.ok()) return sleeping.status();
  absl::StatusOr<Semaphore> woken = Semaphore::Create(0);
  if (!woken.ok()) return woken.status();
  absl::StatusOr<Semaphore> wait = Semaphore::Create(0);
  if (!wait.ok()) return wait.status();
  return Condition(std::move(lock), *std::move(sleeping), *std::move(woken), *std::move(wait));
}

absl::StatusOr<Condition> Condition::Open(const State& state) {
  absl::StatusOr<SemLock> lock = SemLock::Open(state.lock);
  if (!lock.ok()) return lock.status();
  absl::StatusOr<SemLock> sleeping = SemLock::Open(state.sleeping);
  if (!sleeping.ok()) return sleeping.status();
  absl::StatusOr<SemLock> woken = SemLock::Open(state.woken);
  if (!woken.ok()) return woken.status();
  absl::StatusOr<SemLock> wait = SemLock::Open(state.wait);
  if (!wait.ok()) return wait.status();
  return Condition(std::make_shared<SemLock>(*std::move(lock)), *std::move(sleeping),
                   *std::move(woken), *std::move(wait));
}

absl::Status Condition::AcquireAgain(int times) {
  for (int i = 0; i < times; ++i) {
    const absl::StatusOr<bool> acquired = lock_->Acquire();
    if (!acquired.ok()) return acquired.status();
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Condition::Wait(std::optional<absl::Duration> timeout) {
  if (!lock_->IsMine()) return AssertionError("must acquire() condition before using wait()");
  if (const absl::Status status = sleeping_.Release(); !status.ok()) return status;
  const int times = lock_->Count();
  for (int i = 0; i < times; ++i) {
    if (const absl::Status status = lock_->Release(); !status.ok()) return status;
  }
  const absl::StatusOr<bool> notified = wait_.Acquire(true, timeout);
  const absl::Status counted = woken_.Release();
  const absl::Status acquired = AcquireAgain(times);
  if (!counted.ok()) return counted;
  if (!acquired.ok()) return acquired;
  return notified;
}

absl::StatusOr<bool> Condition::WaitFor(absl::FunctionRef<bool()> predicate,
                                        std::optional<absl::Duration> timeout) {
  base::Deadline deadline(timeout.value_or(absl::InfiniteDuration()));
  while (!predicate()) {
    std::optional<absl::Duration> rest;
    if (!deadline.infinite()) {
      if (deadline.Passed()) return false;
      rest = absl::DurationFromTimespec(deadline.AsTimespec());
    }
    const absl::StatusOr<bool> notified = Wait(rest);
    if (!notified.ok()) return notified;
  }
  return true;
}

absl::Status Condition::ForgetThoseThatGaveUp() {
  const absl::StatusOr<int> gave_up = Drain(woken_, INT_MAX);
  if (!gave_up.ok()) return gave_up.status();
  return Drain(sleeping_, *gave_up).status();
}

absl::Status Condition::Notify(int count) {
  if (!lock_->IsMine()) return AssertionError("lock is not owned");
  if (const absl::Status status = ForgetThoseThatGaveUp(); !status.ok()) return status;
  const absl::StatusOr<int> waiting = Drain(sleeping_, count);
  if (!waiting.ok()) return waiting.status();
  for (int i = 0; i < *waiting; ++i) {
    if (const absl::Status status = wait_.Release(); !status.ok()) return status;
  }
  for (int i = 0; i < *waiting; ++i) {
    const absl::StatusOr<bool> woken = woken_.Acquire();
    if (!woken.ok()) return woken.status();
  }
  return *waiting == 0 ? absl::OkStatus() : Drain(wait_, INT_MAX).status();
}

absl::Status Condition::NotifyAll() { return Notify(INT_MAX); }

}  // namespace someos::multiprocessing
