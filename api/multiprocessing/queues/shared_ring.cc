#include "someos/api/multiprocessing/queues/shared_ring.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/numeric/bits.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/api/multiprocessing/synchronize/shared_locks.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/memory_wait/memory_wait.h"

namespace someos::multiprocessing::internal {
namespace {

// "someosQ1" as a number.
constexpr uint64_t kMagic = 0x736f6d656f735131;
constexpr uint32_t kVersion = 1;
constexpr size_t kLine = 64;
// How late, at most, a message is noticed whose sender was killed before it woke the receiver.
constexpr absl::Duration kLongestNap = absl::Milliseconds(100);
// Two processes that pass messages to each other mostly do not fall asleep in between.
constexpr int kLooksBeforeSleep = 200;

absl::Status Invalid(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, absl::StrCat("shared queue: ", message));
}

absl::Status Unusable(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("shared queue: ", message));
}

absl::Status Overwritten() {
  return PlainStatus(absl::StatusCode::kDataLoss, "shared queue: its memory has been overwritten");
}

ABSL_ATTRIBUTE_NOINLINE absl::Status TimedOut(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kDeadlineExceeded, message);
}
constexpr char kFull[] = "send to a shared queue: it is full";
constexpr char kEmpty[] = "receive from a shared queue: it is empty";

absl::Duration RestOf(const base::Deadline& deadline) {
  return deadline.infinite() ? absl::InfiniteDuration()
                             : absl::DurationFromTimespec(deadline.AsTimespec());
}

// Waits for the lock. That its last owner has died makes no difference.
ABSL_ATTRIBUTE_NOINLINE absl::Status EnterWithTimeout(SharedLock& lock, base::Deadline& deadline,
                                                      absl::string_view timed_out) {
  absl::Status status = lock.Acquire(absl::ZeroDuration());
  if (absl::IsDeadlineExceeded(status) && !deadline.immediate()) {
    deadline.Start();
    if (deadline.clock_error() != 0) return ErrnoStatus(deadline.clock_error(), timed_out);
    status = lock.Acquire(RestOf(deadline));
  }
  return absl::IsDeadlineExceeded(status) ? TimedOut(timed_out) : status;
}

absl::Status Enter(SharedLock& lock, base::Deadline& deadline, absl::string_view timed_out) {
  absl::Status status =
      deadline.infinite() ? lock.Acquire() : EnterWithTimeout(lock, deadline, timed_out);
  if (ABSL_PREDICT_TRUE(status.ok()) || !absl::IsDataLoss(status)) return status;
  return absl::OkStatus();
}

// Waits until `ready`, with `sleeps` set while nobody needs to look at anything else.
ABSL_ATTRIBUTE_NOINLINE absl::Status Await(std::atomic<uint32_t>& sleeps, base::Deadline& deadline,
                                           absl::string_view timed_out,
                                           absl::FunctionRef<bool()> ready) {
  for (int i = 0; i < kLooksBeforeSleep; ++i) {
    if (ready()) return absl::OkStatus();
    if (deadline.immediate()) return TimedOut(timed_out);
  }
  const absl::Cleanup awake = [&sleeps] { sleeps.store(0, std::memory_order_relaxed); };
  while (true) {
    sleeps.store(1, std::memory_order_relaxed);
    // Either this sees what the other side has published, or that sees that this sleeps.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (ready()) return absl::OkStatus();
    if (deadline.Passed()) {
      const int error = deadline.clock_error();
      return error == 0 ? TimedOut(timed_out) : ErrnoStatus(error, timed_out);
    }
    memory_wait::SleepWhile(sleeps, 1, std::min(RestOf(deadline), kLongestNap));
  }
}

// Wakes who sleeps. `sleeps` may be left by a process that was killed.
ABSL_ATTRIBUTE_NOINLINE void Wake(std::atomic<uint32_t>& sleeps) {
  if (sleeps.exchange(0, std::memory_order_relaxed) != 0) memory_wait::WakeAll(sleeps);
}

absl::Status CheckLimit(uint64_t limit) {
  if (limit == 0) return Invalid("its capacity must be 1 or more");
  if (limit > uint64_t{1} << 46) return Invalid("its capacity is too great");
  return absl::OkStatus();
}

}  // namespace

struct SharedRing::Layout {
  // `magic` is written last.
  std::atomic<uint64_t> magic;
  uint32_t version;
  uint32_t word_size;  // in bytes
  uint32_t record_size;
  uint64_t limit;
  uint64_t capacity;  // of bytes, a power of two, not less than limit
  alignas(kSharedLockAlignment) char send_lock[kSharedLockSize];
  alignas(kSharedLockAlignment) char receive_lock[kSharedLockSize];
  // Numbers of bytes since the beginning. A line of the caches is written by one side alone; each
  // keeps the last that it has seen of the other's.
  alignas(kLine) std::atomic<uint64_t> tail;
  std::atomic<uint64_t> known_head;
  alignas(kLine) std::atomic<uint64_t> head;
  std::atomic<uint64_t> known_tail;
  alignas(kLine) std::atomic<uint32_t> receiver_sleeps;
  std::atomic<uint32_t> sender_sleeps;
};

SharedRing::SharedRing(SharedMemory memory, std::unique_ptr<SharedLock> send_lock,
                       std::unique_ptr<SharedLock> receive_lock)
    : memory_(std::move(memory)),
      send_lock_(std::move(send_lock)),
      receive_lock_(std::move(receive_lock)),
      layout_(std::launder(reinterpret_cast<Layout*>(memory_.buf().data()))),
      bytes_(memory_.buf().data() + sizeof(Layout)),
      limit_(layout_->limit),
      mask_(layout_->capacity - 1) {}

absl::StatusOr<SharedRing> SharedRing::Create(uint64_t limit, uint32_t record_size,
                                              const SharedQueueOptions& options) {
  if (const absl::Status status = CheckLimit(limit); !status.ok()) return status;
  const uint64_t capacity = absl::bit_ceil(limit);
  const auto size = static_cast<int64_t>(sizeof(Layout) + capacity);
  absl::StatusOr<SharedMemory> memory =
      options.name.has_value() ? SharedMemory::Create(size, options.name, options.memory)
                               : SharedMemory::CreateAnonymous(size, options.memory);
  if (!memory.ok()) return memory.status();
  auto* const layout = std::launder(reinterpret_cast<Layout*>(memory->buf().data()));
  auto send_lock = CreateSharedLock(absl::MakeSpan(layout->send_lock), options.lock);
  if (!send_lock.ok()) return send_lock.status();
  auto receive_lock = CreateSharedLock(absl::MakeSpan(layout->receive_lock), options.lock);
  if (!receive_lock.ok()) return receive_lock.status();
  layout->version = kVersion;
  layout->word_size = sizeof(void*);
  layout->record_size = record_size;
  layout->limit = limit;
  layout->capacity = capacity;
  layout->magic.store(kMagic, std::memory_order_release);
  return SharedRing(*std::move(memory), *std::move(send_lock), *std::move(receive_lock));
}

absl::Status SharedRing::CheckLayout(absl::Span<const char> memory, uint32_t record_size) {
  if (memory.size() < sizeof(Layout)) return Unusable("there is none in this memory");
  const Layout& layout = *std::launder(reinterpret_cast<const Layout*>(memory.data()));
  if (layout.magic.load(std::memory_order_acquire) != kMagic) {
    return Unusable("there is none in this memory");
  }
  if (layout.version != kVersion || layout.word_size != sizeof(void*)) {
    return Unusable(absl::StrCat("it has layout ", layout.version, " and words of ",
                                 layout.word_size, " bytes, this program knows ", kVersion, " and ",
                                 sizeof(void*)));
  }
  if (layout.record_size != record_size) {
    return Unusable(absl::StrCat("its messages have ", layout.record_size, " bytes, not ",
                                 record_size, " (0: any size)"));
  }
  if (!absl::has_single_bit(layout.capacity) || layout.limit == 0 ||
      layout.limit > layout.capacity || layout.capacity > memory.size() - sizeof(Layout)) {
    return Overwritten();
  }
  return absl::OkStatus();
}

absl::StatusOr<SharedRing> SharedRing::Open(SharedMemory memory, uint32_t record_size) {
  const absl::Span<char> bytes = memory.buf();
  if (const absl::Status status = CheckLayout(bytes, record_size); !status.ok()) return status;
  auto* const layout = std::launder(reinterpret_cast<Layout*>(bytes.data()));
  auto send_lock = AttachSharedLock(absl::MakeSpan(layout->send_lock));
  if (!send_lock.ok()) return send_lock.status();
  auto receive_lock = AttachSharedLock(absl::MakeSpan(layout->receive_lock));
  if (!receive_lock.ok()) return receive_lock.status();
  return SharedRing(std::move(memory), *std::move(send_lock), *std::move(receive_lock));
}

uint64_t SharedRing::used() const {
  // The beginning first: it never passes the end.
  const uint64_t head = layout_->head.load(std::memory_order_acquire);
  return std::min(layout_->tail.load(std::memory_order_acquire) - head, limit_);
}

void SharedRing::CopyIn(uint64_t position, absl::string_view bytes) {
  const uint64_t place = position & mask_;
  const size_t before_end = std::min<uint64_t>(bytes.size(), mask_ + 1 - place);
  std::memcpy(bytes_ + place, bytes.data(), before_end);
  if (ABSL_PREDICT_FALSE(before_end < bytes.size())) {
    std::memcpy(bytes_, bytes.data() + before_end, bytes.size() - before_end);
  }
}

void SharedRing::CopyOut(uint64_t position, char* to, size_t size) const {
  const uint64_t place = position & mask_;
  const size_t before_end = std::min<uint64_t>(size, mask_ + 1 - place);
  std::memcpy(to, bytes_ + place, before_end);
  if (ABSL_PREDICT_FALSE(before_end < size)) {
    std::memcpy(to + before_end, bytes_, size - before_end);
  }
}

absl::Status SharedRing::AwaitRoom(uint64_t size, base::Deadline& deadline) {
  const uint64_t tail = layout_->tail.load(std::memory_order_relaxed);
  const auto has_room = [&](uint64_t head) { return tail + size - head <= limit_; };
  if (ABSL_PREDICT_TRUE(has_room(layout_->known_head.load(std::memory_order_relaxed)))) {
    return absl::OkStatus();
  }
  return Await(layout_->sender_sleeps, deadline, kFull, [&] {
    const uint64_t head = layout_->head.load(std::memory_order_acquire);
    layout_->known_head.store(head, std::memory_order_relaxed);
    return has_room(head);
  });
}

bool SharedRing::Publish(uint64_t tail) {
  layout_->tail.store(tail, std::memory_order_release);
  std::atomic_thread_fence(std::memory_order_seq_cst);  // see Await
  return layout_->receiver_sleeps.load(std::memory_order_relaxed) != 0;
}

absl::Status SharedRing::Push(absl::string_view prefix, absl::string_view body,
                              absl::Duration timeout) {
  const uint64_t size = prefix.size() + body.size();
  if (size > limit_) {
    return Invalid(absl::StrCat("a message of ", body.size(), " bytes does not fit into ", limit_));
  }
  base::Deadline deadline = base::Deadline::NotStarted(timeout);
  if (absl::Status status = Enter(*send_lock_, deadline, kFull); !status.ok()) return status;
  absl::Status status = AwaitRoom(size, deadline);
  bool wake = false;
  if (ABSL_PREDICT_TRUE(status.ok())) {
    const uint64_t tail = layout_->tail.load(std::memory_order_relaxed);
    if (!prefix.empty()) CopyIn(tail, prefix);
    CopyIn(tail + prefix.size(), body);
    wake = Publish(tail + size);
  }
  status.Update(send_lock_->Release());
  if (ABSL_PREDICT_FALSE(wake)) Wake(layout_->receiver_sleeps);
  return status;
}

absl::StatusOr<uint64_t> SharedRing::AwaitRecord(base::Deadline& deadline) {
  const uint64_t head = layout_->head.load(std::memory_order_relaxed);
  const uint64_t known = layout_->known_tail.load(std::memory_order_relaxed);
  if (ABSL_PREDICT_TRUE(known != head)) return known - head;
  uint64_t tail = head;
  const absl::Status status = Await(layout_->receiver_sleeps, deadline, kEmpty, [&] {
    tail = layout_->tail.load(std::memory_order_acquire);
    return tail != head;
  });
  if (!status.ok()) return status;
  layout_->known_tail.store(tail, std::memory_order_relaxed);
  return tail - head;
}

bool SharedRing::Consume(uint64_t head) {
  layout_->head.store(head, std::memory_order_release);
  std::atomic_thread_fence(std::memory_order_seq_cst);  // see Await
  return layout_->sender_sleeps.load(std::memory_order_relaxed) != 0;
}

absl::Status SharedRing::PopFixed(char* to, size_t size, absl::Duration timeout) {
  base::Deadline deadline = base::Deadline::NotStarted(timeout);
  if (absl::Status status = Enter(*receive_lock_, deadline, kEmpty); !status.ok()) return status;
  const absl::StatusOr<uint64_t> available = AwaitRecord(deadline);
  absl::Status status = available.status();
  bool wake = false;
  if (ABSL_PREDICT_TRUE(status.ok())) {
    if (*available < size || *available > limit_) {
      status = Overwritten();
    } else {
      const uint64_t head = layout_->head.load(std::memory_order_relaxed);
      CopyOut(head, to, size);
      wake = Consume(head + size);
    }
  }
  status.Update(receive_lock_->Release());
  if (ABSL_PREDICT_FALSE(wake)) Wake(layout_->sender_sleeps);
  return status;
}

// Copies the first record, and sets `size` to what it takes in the ring.
absl::Status SharedRing::TakeSized(uint64_t available, std::string& record, uint64_t& size) const {
  const uint64_t head = layout_->head.load(std::memory_order_relaxed);
  Length length = 0;
  if (available < sizeof(length) || available > limit_) return Overwritten();
  CopyOut(head, reinterpret_cast<char*>(&length), sizeof(length));
  if (length > available - sizeof(length)) return Overwritten();
  record.resize(length);
  CopyOut(head + sizeof(length), record.data(), length);
  size = sizeof(length) + length;
  return absl::OkStatus();
}

absl::StatusOr<std::string> SharedRing::PopSized(absl::Duration timeout) {
  base::Deadline deadline = base::Deadline::NotStarted(timeout);
  if (absl::Status status = Enter(*receive_lock_, deadline, kEmpty); !status.ok()) return status;
  absl::Cleanup if_it_throws = [this] { static_cast<void>(receive_lock_->Release()); };
  const absl::StatusOr<uint64_t> available = AwaitRecord(deadline);
  std::string record;
  uint64_t size = 0;
  absl::Status status = available.ok() ? TakeSized(*available, record, size) : available.status();
  std::move(if_it_throws).Cancel();
  const bool wake = status.ok() && Consume(layout_->head.load(std::memory_order_relaxed) + size);
  status.Update(receive_lock_->Release());
  if (ABSL_PREDICT_FALSE(wake)) Wake(layout_->sender_sleeps);
  if (!status.ok()) return status;
  return record;
}

}  // namespace someos::multiprocessing::internal
