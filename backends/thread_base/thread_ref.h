// A reference to a thread, and the functions that find threads.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREAD_REF_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREAD_REF_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/registry.h"
#include "someos/backends/thread_base/thread_record.h"

namespace someos::thread_base {

template <typename Core>
class Thread;

// What Python's current_thread() and enumerate() return: a thread of somebody else's. It may be
// copied, and outlive the Thread that it was made from and the thread itself. Two references are
// equal if they refer to the same thread.
//
// A thread that the library has not started, but which has asked for itself, has a name such as
// "Dummy-2", is a daemon and cannot be joined, as in Python. In a forked child the thread that has
// forked is the main thread, and all others have stopped.
//
// Thread-safe. Source: Python's documentation of threading.Thread.
template <typename Core>
class ThreadRef {
 public:
  std::string name() const {
    return registry().WithLock([&] { return record_->name; });
  }
  // The system's tools show the name that a thread is started with, not this one.
  void SetName(absl::string_view name) {
    registry().WithLock([&] { record_->name = std::string(name); });
  }

  // A number that no other living thread has, not 0; by thread_pthread pthread_self(3). nullopt
  // until Start has returned, and for a main thread that has never asked for itself. Kept after the
  // thread's end.
  std::optional<uint64_t> ident() const { return Known(record_->ident); }
  // The same of the number that the system's tools show: gettid(2) on Linux.
  std::optional<int64_t> native_id() const { return Known(record_->native_id); }

  bool daemon() const {
    return registry().WithLock([&] { return record_->daemon; });
  }
  // kFailedPrecondition "cannot set daemon status of active thread" once it has been started.
  absl::Status SetDaemon(bool daemon) {
    return registry().WithLock([&] {
      if (record_->state.Get() != Record::kInitial) {
        return RuntimeError("cannot set daemon status of active thread");
      }
      record_->daemon = daemon;
      return absl::OkStatus();
    });
  }

  // From Start until its thread_local objects are destroyed.
  bool is_alive() const {
    Core::Point({"Thread.is_alive", record_.get()});
    registry().NoticeFork();
    const uint32_t state = record_->state.Get();
    return state == Record::kStarting || state == Record::kRunning;
  }

  // Waits until the thread has ended and its thread_local objects are destroyed, but no longer than
  // the timeout (zero or less: does not wait): true if it has ended. Any number of threads may join
  // a thread, any number of times.
  //
  // kFailedPrecondition "cannot join thread before it is started", "cannot join current thread",
  // "cannot join a dummy thread", or if nobody is left that could end the wait (thread_dummy).
  // kOutOfRange "timestamp out of range for platform time_t" beyond kTimeoutMax, except
  // InfiniteDuration. An errno if the clock cannot be read.
  absl::StatusOr<bool> Join(absl::Duration timeout = absl::InfiniteDuration()) {
    const std::shared_ptr<Record> record = record_;  // `this` may be destroyed meanwhile
    Core::Point({"Thread.Join", record.get()});
    registry().NoticeFork();
    if (absl::Status status = CheckJoin(*record, timeout); !status.ok()) return status;
    auto deadline = Core::Deadline::NotStarted(timeout);
    const Operation operation = {"Thread.Join", record.get()};
    WaitEnd end = WaitEnd::kWoken;
    if (!Core::kJoinBlocks || !deadline.infinite() || record->kind != ThreadKind::kStarted) {
      end = record->state.Await(Record::kStopped, deadline, operation);
    }
    if (end == WaitEnd::kWoken && record->kind == ThreadKind::kStarted) {
      end = JoinHandle(*record, operation);
    }
    return WaitResult(end, deadline.clock_error(), operation);
  }

  friend bool operator==(const ThreadRef& a, const ThreadRef& b) { return a.record_ == b.record_; }
  friend bool operator!=(const ThreadRef& a, const ThreadRef& b) { return !(a == b); }

  // Internal.
  using Record = ThreadRecord<Core>;
  explicit ThreadRef(std::shared_ptr<Record> record) : record_(std::move(record)) {}

 protected:
  static Registry<Core>& registry() { return Registry<Core>::Get(); }
  const std::shared_ptr<Record>& record() const { return record_; }
  std::shared_ptr<Record> TakeRecord() { return std::move(record_); }

 private:
  static absl::Status CheckJoin(const Record& record, absl::Duration timeout) {
    if (record.kind == ThreadKind::kForeign) return RuntimeError("cannot join a dummy thread");
    if (IsToBeStarted(record)) {
      return RuntimeError("cannot join thread before it is started");
    }
    if (registry().IsCurrent(&record)) return RuntimeError("cannot join current thread");
    if (CheckTimeout(timeout).ok()) return absl::OkStatus();
    return PlainStatus(absl::StatusCode::kOutOfRange, "timestamp out of range for platform time_t");
  }

  // Whether Start has not been called, or is under way and may still fail.
  static bool IsToBeStarted(const Record& record) {
    const uint32_t state = record.state.Get();
    return state == Record::kInitial ||
           (state == Record::kStarting && record.joining.Get() == Record::kNoHandle);
  }

  // One of those who join does it for all. The thread has stopped, or the wait is without end.
  static WaitEnd JoinHandle(Record& record, const Operation& operation) {
    auto forever = Core::Deadline::NotStarted(absl::InfiniteDuration());
    WaitEnd end = record.joining.Await(Record::kJoinable, forever, operation);
    if (end != WaitEnd::kWoken) return end;
    if (!record.joining.Change(Record::kJoinable, Record::kJoining)) {
      return record.joining.Await(Record::kJoined, forever, operation);
    }
    Core::Join(record.handle);
    record.joining.Set(Record::kJoined);
    return end;
  }

  template <typename Number>
  std::optional<Number> Known(const std::atomic<Number>& number) const {
    registry().NoticeFork();
    if (record_->state.Get() == Record::kStarting && !IsToBeStarted(*record_)) {
      auto forever = Core::Deadline::NotStarted(absl::InfiniteDuration());
      record_->state.Await(Record::kRunning, forever, {"Thread.ident", record_.get()});
    }
    const Number known = number.load(std::memory_order_relaxed);
    return known != 0 ? std::optional<Number>(known) : std::nullopt;
  }

  std::shared_ptr<Record> record_;
};

// The thread that calls.
template <typename Core>
ThreadRef<Core> CurrentThread() {
  return ThreadRef<Core>(Registry<Core>::CurrentRecord().shared_from_this());
}

// The thread that runs main(); after a fork, the one that forked.
template <typename Core>
ThreadRef<Core> MainThread() {
  return ThreadRef<Core>(Registry<Core>::Get().Main());
}

// The threads that have been started, or are being started, and have not ended; the main thread;
// and the others that have asked for themselves.
template <typename Core>
std::vector<ThreadRef<Core>> Enumerate() {
  Core::Point({"Enumerate", nullptr});
  std::vector<ThreadRef<Core>> threads;
  for (std::shared_ptr<ThreadRecord<Core>>& record : Registry<Core>::Get().All()) {
    threads.emplace_back(std::move(record));
  }
  return threads;
}

// How many these are.
template <typename Core>
size_t ActiveCount() {
  Core::Point({"ActiveCount", nullptr});
  return Registry<Core>::Get().All().size();
}

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREAD_REF_H_
