#include "someos/api/multiprocessing/synchronize/barrier.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/api/multiprocessing/synchronize/locked.h"
#include "someos/backends/base/deadline.h"

namespace someos::multiprocessing {
namespace {

// Python's numbers.
constexpr int kFilling = 0;     // threads come
constexpr int kDraining = 1;    // threads pass
constexpr int kResetting = -1;  // threads leave without having passed
constexpr int kBroken = -2;

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

absl::Status IsBroken() { return PlainStatus(absl::StatusCode::kAborted, "the barrier is broken"); }

}  // namespace

// Changed with the condition's lock, and read without it.
struct Barrier::Numbers {
  std::atomic<int> state;
  std::atomic<int> count;  // of threads that have entered and not left
};

Barrier::Barrier(int parties, Action action, std::optional<absl::Duration> timeout,
                 Condition condition, SharedMemory memory, uint64_t offset)
    : parties_(parties),
      action_(std::move(action)),
      timeout_(timeout),
      condition_(std::move(condition)),
      memory_(std::move(memory)),
      offset_(offset),
      numbers_(reinterpret_cast<Numbers*>(memory_.buf().data() + offset)) {}

absl::StatusOr<Barrier> Barrier::Create(int parties, Action action,
                                        std::optional<absl::Duration> timeout) {
  if (parties < 1) return ValueError("parties must be > 0");
  absl::StatusOr<Condition> condition = Condition::Create();
  if (!condition.ok()) return condition.status();
  absl::StatusOr<SharedMemory> memory = SharedMemory::CreateAnonymous(sizeof(Numbers));
  if (!memory.ok()) return memory.status();
  return Barrier(parties, std::move(action), timeout, *std::move(condition), *std::move(memory), 0);
}

absl::StatusOr<Barrier> Barrier::Open(const State& state, Action action) {
  if (state.parties < 1) return ValueError("parties must be > 0");
  absl::StatusOr<Condition> condition = Condition::Open(state.condition);
  if (!condition.ok()) return condition.status();
  absl::StatusOr<SharedMemory> memory = SharedMemory::OfDescriptor(state.descriptor);
  if (!memory.ok()) return memory.status();
  if (state.offset % alignof(Numbers) != 0 || memory->size() < sizeof(Numbers) ||
      state.offset > memory->size() - sizeof(Numbers)) {
    return ValueError("the numbers of the barrier are not within its memory");
  }
  return Barrier(state.parties, std::move(action), state.timeout, *std::move(condition),
                 *std::move(memory), state.offset);
}

Barrier::State Barrier::state() const {
  return {parties_, timeout_, condition_.state(), memory_.descriptor(), offset_};
}

int Barrier::n_waiting() const { return numbers_->state == kFilling ? numbers_->count.load() : 0; }

bool Barrier::broken() const { return numbers_->state == kBroken; }

absl::StatusOr<int> Barrier::Wait(std::optional<absl::Duration> timeout) {
  base::Deadline deadline(timeout.has_value() ? *timeout
                                              : timeout_.value_or(absl::InfiniteDuration()));
  return internal::Locked(condition_, [&] { return WaitLocked(deadline); });
}

absl::StatusOr<int> Barrier::WaitLocked(base::Deadline& deadline) {
  if (const absl::Status status = Enter(deadline); !status.ok()) return status;
  const int index = numbers_->count++;
  absl::Cleanup if_it_throws = [this] { static_cast<void>(Leave()); };
  const absl::Status passed = index + 1 == parties_ ? Pass() : WaitToPass(deadline);
  std::move(if_it_throws).Cancel();
  if (const absl::Status status = Leave(); !status.ok()) return status;
  if (!passed.ok()) return passed;
  return index;
}

absl::StatusOr<bool> Barrier::Sleep(base::Deadline& deadline) {
  if (deadline.infinite()) return condition_.Wait();
  const absl::Duration rest =
      deadline.Passed() ? absl::ZeroDuration() : absl::DurationFromTimespec(deadline.AsTimespec());
  return condition_.Wait(rest);
}

// Waits until the threads of the round before have left.
absl::Status Barrier::Enter(base::Deadline& deadline) {
  while (numbers_->state == kDraining || numbers_->state == kResetting) {
    const absl::StatusOr<bool> notified = Sleep(deadline);
    if (!notified.ok()) return notified.status();
    if (!*notified && deadline.Passed()) {
      if (const absl::Status status = Break(); !status.ok()) return status;
    }
  }
  if (numbers_->state != kFilling) return IsBroken();
  // The action runs with the lock, so nobody else sees that all are there and have not passed.
  if (numbers_->count < parties_) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "the action of a barrier cannot wait for it");
}

// The last thread that enters.
absl::Status Barrier::Pass() {
  const absl::Status acted = action_ == nullptr ? absl::OkStatus() : Act();
  if (!acted.ok()) {
    if (const absl::Status status = Break(); !status.ok()) return status;
    return acted;
  }
  if (numbers_->state != kFilling) return IsBroken();  // by the action
  numbers_->state = kDraining;
  return condition_.NotifyAll();
}

absl::Status Barrier::Act() {
  absl::Cleanup if_it_throws = [this] { static_cast<void>(Break()); };
  absl::Status status = action_();
  std::move(if_it_throws).Cancel();
  return status;
}

absl::Status Barrier::WaitToPass(base::Deadline& deadline) {
  while (numbers_->state == kFilling) {
    const absl::StatusOr<bool> notified = Sleep(deadline);
    if (!notified.ok()) return notified.status();
    if (*notified || numbers_->state != kFilling || !deadline.Passed()) continue;
    if (const absl::Status status = Break(); !status.ok()) return status;
  }
  return numbers_->state == kDraining ? absl::OkStatus() : IsBroken();
}

// The last one makes the barrier ready for the next round.
absl::Status Barrier::Leave() {
  if (--numbers_->count > 0) return absl::OkStatus();
  if (numbers_->state != kDraining && numbers_->state != kResetting) return absl::OkStatus();
  numbers_->state = kFilling;
  return condition_.NotifyAll();
}

absl::Status Barrier::Reset() {
  return internal::Locked(condition_, [this] {
    if (numbers_->count == 0) {
      numbers_->state = kFilling;
    } else if (numbers_->state != kDraining) {
      numbers_->state = kResetting;
    }
    return condition_.NotifyAll();
  });
}

absl::Status Barrier::Break() {
  numbers_->state = kBroken;
  return condition_.NotifyAll();
}

absl::Status Barrier::Abort() {
  return internal::Locked(condition_, [this] { return Break(); });
}

}  // namespace someos::multiprocessing
