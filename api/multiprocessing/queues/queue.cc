#include "someos/api/multiprocessing/queues/queue.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/queues/queue_feeder.h"
#include "someos/api/multiprocessing/queues/queue_pipe.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/base/fork_generation.h"

namespace someos::multiprocessing {
namespace {

absl::Status IsClosed() {
  return PlainStatus(absl::StatusCode::kInvalidArgument, "Queue is closed");
}

}  // namespace

Queue::Queue(internal::QueuePipe pipe, SemLock room, int max_size, const ConnectionOptions& options)
    : pipe_(std::move(pipe)),
      room_(std::move(room)),
      max_size_(max_size),
      options_(options),
      local_(nullptr) {
  base::WatchForForks();
}

Queue::~Queue() {
  const Local* const local = local_.load(std::memory_order_acquire);
  if (local != nullptr && local->fork_generation == base::ForkGeneration()) delete local;
}

absl::StatusOr<Queue::Parts> Queue::MakeParts(int max_size, const ConnectionOptions& options) {
  absl::StatusOr<internal::QueuePipe> pipe = internal::QueuePipe::Create(options);
  if (!pipe.ok()) return pipe.status();
  const int size = max_size > 0 ? max_size : GreatestSemaphoreValue();
  absl::StatusOr<BoundedSemaphore> room = BoundedSemaphore::Create(size);
  if (!room.ok()) return room.status();
  return Parts{*std::move(pipe), *std::move(room), size};
}

absl::StatusOr<Queue::Parts> Queue::OpenParts(const State& state,
                                              const ConnectionOptions& options) {
  absl::StatusOr<internal::QueuePipe> pipe = internal::QueuePipe::Open(state.pipe, options);
  if (!pipe.ok()) return pipe.status();
  absl::StatusOr<SemLock> room = SemLock::Open(state.room);
  if (!room.ok()) return room.status();
  return Parts{*std::move(pipe), *std::move(room), state.max_size};
}

absl::StatusOr<std::unique_ptr<Queue>> Queue::Create(int max_size,
                                                     const ConnectionOptions& options) {
  absl::StatusOr<Parts> parts = MakeParts(max_size, options);
  if (!parts.ok()) return parts.status();
  return absl::WrapUnique(
      new Queue(std::move(parts->pipe), std::move(parts->room), parts->max_size, options));
}

absl::StatusOr<std::unique_ptr<Queue>> Queue::Open(const State& state,
                                                   const ConnectionOptions& options) {
  absl::StatusOr<Parts> parts = OpenParts(state, options);
  if (!parts.ok()) return parts.status();
  return absl::WrapUnique(
      new Queue(std::move(parts->pipe), std::move(parts->room), parts->max_size, options));
}

internal::QueueFeeder& Queue::feeder() {
  Local* local = local_.load(std::memory_order_acquire);
  const uint32_t generation = base::ForkGeneration();
  if (local != nullptr && local->fork_generation == generation) return local->feeder;
  auto made = absl::make_unique<Local>(*this, generation, local);
  if (local_.compare_exchange_strong(local, made.get(), std::memory_order_acq_rel)) {
    return made.release()->feeder;
  }
  return local->feeder;  // another thread of this process was first
}

absl::Status Queue::Enqueue(std::string frame) { return feeder().Put(std::move(frame)); }

absl::Status Queue::Put(const PyValue& value, bool block, std::optional<absl::Duration> timeout) {
  if (feeder().closed()) return IsClosed();
  absl::StatusOr<std::string> frame = internal::FrameOf(value);
  if (!frame.ok()) return frame.status();
  const absl::StatusOr<bool> acquired = room_.Acquire(block, timeout);
  if (!acquired.ok()) return acquired.status();
  if (!*acquired) return internal::QueueIsFull();
  absl::Status status = Enqueue(*std::move(frame));
  if (!status.ok()) static_cast<void>(room_.Release());
  return status;
}

absl::StatusOr<PyValue> Queue::Get(bool block, std::optional<absl::Duration> timeout) {
  if (feeder().closed()) return IsClosed();
  const absl::StatusOr<std::string> pickle = pipe_.Receive(block, timeout);
  if (!pickle.ok()) return pickle.status();
  if (const absl::Status status = room_.Release(); !status.ok()) return status;
  return Unpickle(*pickle, options_.unpickle);
}

absl::StatusOr<int> Queue::Qsize() const {
  const absl::StatusOr<int> room = room_.GetValue();
  if (!room.ok()) return room;
  return max_size_ - *room;
}

absl::StatusOr<bool> Queue::Full() { return room_.IsZero(); }

void Queue::Close() { feeder().Close(); }

absl::Status Queue::JoinThread() {
  if (!feeder().closed()) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition, "Queue not closed");
  }
  return feeder().Join();
}

void Queue::CancelJoinThread() { feeder().CancelJoin(); }

}  // namespace someos::multiprocessing
