#include "someos/api/multiprocessing/synchronize/sem_lock.h"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/this_thread.h"
#include "someos/backends/lock_semaphore/named_semaphore.h"

namespace someos::multiprocessing {
namespace {

using lock_semaphore::NamedSemaphore;

constexpr int kBitsOfCount = 32;

// 0 if the count is a parent's.
int CountOfThisProcess(uint64_t generation_and_count) {
  const bool ours = generation_and_count >> kBitsOfCount == base::ForkGeneration();
  return ours ? static_cast<int>(static_cast<uint32_t>(generation_and_count)) : 0;
}

absl::Status ReleasedTooOften() {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     "semaphore or lock released too many times");
}

}  // namespace

absl::StatusOr<SemLock> SemLock::Create(Kind kind, int value, int max_value) {
  if (value < 0) return ErrnoStatus(EINVAL, absl::StrCat("create a semaphore of ", value));
  absl::StatusOr<NamedSemaphore> semaphore =
      NamedSemaphore::Create(static_cast<unsigned int>(value));
  if (!semaphore.ok()) return semaphore.status();
  return SemLock(*std::move(semaphore), kind, max_value);
}

absl::StatusOr<SemLock> SemLock::Open(const State& state) {
  if (absl::StrContains(state.name, '\0')) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "embedded null character");
  }
  absl::StatusOr<NamedSemaphore> semaphore = NamedSemaphore::Open(state.name);
  if (!semaphore.ok()) return semaphore.status();
  base::WatchForForks();
  return SemLock(*std::move(semaphore), state.kind, state.max_value);
}

int SemLock::Count() const {
  return CountOfThisProcess(holding_->count.load(std::memory_order_acquire));
}

// The count first: who sees that somebody has acquired it sees the owner that was set before, and
// not itself, which may have been the owner until then.
bool SemLock::IsMine() const {
  return Count() > 0 && holding_->owner.load(std::memory_order_relaxed) == base::NativeThreadId();
}

void SemLock::AddToCount(int more) {
  uint64_t before = holding_->count.load(std::memory_order_relaxed);
  uint64_t after;
  do {
    const auto count = static_cast<uint32_t>(CountOfThisProcess(before) + more);
    after = uint64_t{base::ForkGeneration()} << kBitsOfCount | count;
  } while (!holding_->count.compare_exchange_weak(before, after, std::memory_order_release,
                                                  std::memory_order_relaxed));
}

absl::StatusOr<bool> SemLock::Acquire(bool block, std::optional<absl::Duration> timeout) {
  if (kind_ == Kind::kRecursive && IsMine()) {
    AddToCount(1);
    return true;
  }
  const absl::Duration time =
      block ? timeout.value_or(absl::InfiniteDuration()) : absl::ZeroDuration();
  const int error = semaphore_->Wait(time);
  if (error == ETIMEDOUT) return false;
  if (error != 0) return ErrnoStatus(error, absl::StrCat("acquire ", semaphore_->name()));
  holding_->owner.store(base::NativeThreadId(), std::memory_order_relaxed);
  AddToCount(1);
  return true;
}

absl::StatusOr<bool> SemLock::IsZero() {
  const absl::StatusOr<int> value = semaphore_->Value();
  if (value.ok()) return *value == 0;
  if (!absl::IsUnimplemented(value.status())) return value.status();
  const int error = semaphore_->Wait(absl::ZeroDuration());
  if (error == ETIMEDOUT) return true;
  if (error == 0) semaphore_->Post();
  return false;
}

absl::Status SemLock::CheckNotFull() const {
  const absl::StatusOr<int> value = semaphore_->Value();
  if (value.ok()) return *value < max_value_ ? absl::OkStatus() : ReleasedTooOften();
  if (!absl::IsUnimplemented(value.status())) return value.status();
  if (max_value_ != 1) return absl::OkStatus();
  // Whether it is 1 already is found out by taking it.
  if (semaphore_->Wait(absl::ZeroDuration()) != 0) return absl::OkStatus();
  semaphore_->Post();
  return ReleasedTooOften();
}

absl::Status SemLock::Release() {
  if (kind_ == Kind::kRecursive) {
    if (!IsMine()) {
      return PlainStatus(absl::StatusCode::kFailedPrecondition,
                         "attempt to release recursive lock not owned by thread");
    }
    if (Count() > 1) {
      AddToCount(-1);
      return absl::OkStatus();
    }
  } else if (const absl::Status status = CheckNotFull(); !status.ok()) {
    return status;
  }
  // Before the next owner can come; another thread's count may fall below 0, as in Python.
  AddToCount(-1);
  const int error = semaphore_->Post();
  if (error == 0) return absl::OkStatus();
  AddToCount(1);
  if (error == EOVERFLOW) return ReleasedTooOften();
  return ErrnoStatus(error, absl::StrCat("release ", semaphore_->name()));
}

}  // namespace someos::multiprocessing
