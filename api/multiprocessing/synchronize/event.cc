#include "someos/api/multiprocessing/synchronize/event.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/api/multiprocessing/synchronize/locked.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"

namespace someos::multiprocessing {

using internal::Locked;

absl::StatusOr<Event> Event::Create() {
  absl::StatusOr<Lock> lock = Lock::Create();
  if (!lock.ok()) return lock.status();
  absl::StatusOr<Condition> condition = Condition::Create(std::make_shared<Lock>(*std::move(lock)));
  if (!condition.ok()) return condition.status();
  absl::StatusOr<Semaphore> flag = Semaphore::Create(0);
  if (!flag.ok()) return flag.status();
  return Event(*std::move(condition), *std::move(flag));
}

absl::StatusOr<Event> Event::Open(const State& state) {
  absl::StatusOr<Condition> condition = Condition::Open(state.condition);
  if (!condition.ok()) return condition.status();
  absl::StatusOr<SemLock> flag = SemLock::Open(state.flag);
  if (!flag.ok()) return flag.status();
  return Event(*std::move(condition), *std::move(flag));
}

absl::StatusOr<bool> Event::FlagIsSet() {
  const absl::StatusOr<bool> taken = flag_.Acquire(/*block=*/false);
  if (!taken.ok() || !*taken) return taken;
  if (const absl::Status status = flag_.Release(); !status.ok()) return status;
  return true;
}

absl::StatusOr<bool> Event::IsSet() {
  return Locked(condition_, [this] { return FlagIsSet(); });
}

absl::Status Event::Set() {
  return Locked(condition_, [this]() -> absl::Status {
    const absl::StatusOr<bool> taken = flag_.Acquire(/*block=*/false);
    if (!taken.ok()) return taken.status();
    if (absl::Status status = flag_.Release(); !status.ok()) return status;
    return condition_.NotifyAll();
  });
}

absl::Status Event::Clear() {
  return Locked(condition_, [this] { return flag_.Acquire(/*block=*/false); }).status();
}

absl::StatusOr<bool> Event::Wait(std::optional<absl::Duration> timeout) {
  return Locked(condition_, [&]() -> absl::StatusOr<bool> {
    const absl::StatusOr<bool> set = FlagIsSet();
    if (!set.ok() || *set) return set;
    const absl::StatusOr<bool> notified = condition_.Wait(timeout);
    if (!notified.ok()) return notified;
    return FlagIsSet();
  });
}

}  // namespace someos::multiprocessing
