// Python's Thread over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_THREAD_H_
#define SOMEOS_BACKENDS_THREAD_BASE_THREAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/hooks.h"
#include "someos/backends/thread_base/registry.h"
#include "someos/backends/thread_base/stack_size.h"
#include "someos/backends/thread_base/thread_record.h"
#include "someos/backends/thread_base/thread_ref.h"

namespace someos::thread_base {

struct ThreadOptions {
  // If it is empty, "Thread-1", "Thread-2" and so on. The system's tools show a name that is given
  // here, too, shortened to what the system takes.
  std::string name = {};
  // A Thread that is no daemon is joined when it is destroyed. As the thread that makes it, if it
  // is not given.
  std::optional<bool> daemon = std::nullopt;
  // In bytes; what StackSize has set, if it is not given. The same rules.
  std::optional<int64_t> stack_size = std::nullopt;
};

// Runs a function in a thread of its own:
//
//   Thread thread([&] { Work(); }, {"worker"});
//   absl::Status status = thread.Start();
//   ...
//   absl::StatusOr<bool> ended = thread.Join();
//
// Without a function the thread does nothing, as in Python. Its destructor joins the thread, unless
// that is a daemon, has not been started, or is the one that destroys it. A body is destroyed by
// the thread that has run it. What leaves a body is given to the except hook; what the thread hook
// does, it does in the thread before the body.
//
// Threads may be started while the program's static objects are made. By thread_dummy, Start runs
// the body and returns when it has ended.
//
// Moved, but not copied; see ThreadRef. One that has been moved from may only be assigned to and
// destroyed. Start, and what ThreadRef has, are thread-safe.
// Source: Python's documentation of threading.Thread.
template <typename Core>
class Thread : public ThreadRef<Core> {
 public:
  explicit Thread(absl::AnyInvocable<void() &&> body, ThreadOptions options = {})
      : ThreadRef<Core>(NewRecord(std::move(body), std::move(options))) {}
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  Thread(Thread&& other) noexcept : ThreadRef<Core>(other.TakeRecord()) {}
  Thread& operator=(Thread&& other) noexcept {
    if (this != &other) {
      End();
      static_cast<ThreadRef<Core>&>(*this) = ThreadRef<Core>(other.TakeRecord());
    }
    return *this;
  }
  ~Thread() { End(); }

  // kFailedPrecondition "threads can only be started once". kInvalidArgument for the stack size,
  // see StackSize. kResourceExhausted "can't start new thread": then it may be tried again.
  absl::Status Start() {
    const std::shared_ptr<Record> record = this->record();
    Core::Point({"Thread.Start", record.get()});
    const absl::StatusOr<size_t> stack_size = CheckedStackSize<Core>(record->stack_size);
    if (!stack_size.ok()) return stack_size.status();
    if (!record->state.Change(Record::kInitial, Record::kStarting)) {
      return RuntimeError("threads can only be started once");
    }
    Registry<Core>::CurrentRecord();  // so that the main thread's numbers are known to others
    registry().Add(record);
    const auto handle = Core::Start([record] { Run(record); }, {*stack_size});
    if (!handle.ok()) {
      registry().Remove(*record);
      record->state.Set(Record::kInitial);
      return handle.status();
    }
    record->handle = *handle;
    record->joining.Set(Record::kJoinable);
    Core::After();
    return absl::OkStatus();
  }

 private:
  using Record = ThreadRecord<Core>;
  using ThreadRef<Core>::registry;

  static std::shared_ptr<Record> NewRecord(absl::AnyInvocable<void() &&> body,
                                           ThreadOptions options) {
    auto record = std::make_shared<Record>(ThreadKind::kStarted);
    record->body = std::move(body);
    record->named = !options.name.empty();
    record->name = record->named ? std::move(options.name) : registry().NewName("Thread");
    record->daemon = options.daemon.has_value() ? *options.daemon : CurrentThread<Core>().daemon();
    record->stack_size = options.stack_size;
    return record;
  }

  static void Run(const std::shared_ptr<Record>& record) {
    if constexpr (Core::kInline) {
      Record* const outer = registry().Enter(*record);
      RunBody(*record);
      registry().Leave(*record, outer);
    } else {
      registry().EnterForLife(record);
      RunBody(*record);
    }
  }

  static void RunBody(Record& record) {
    record.state.Set(Record::kRunning);
    std::string name = ThreadRef<Core>(record.shared_from_this()).name();
    Core::SetName(name, record.named);
    absl::AnyInvocable<void() &&> body = std::exchange(record.body, nullptr);
    const auto hook = HooksOf<Core>().thread.Get();
    std::optional<Failure> failure = CallAndCatch([&] {
      if (hook != nullptr) (*hook)();
      if (body) std::move(body)();
    });
    if (!failure.has_value()) return;
    Core::BodyFailed(failure->ToString());
    HooksOf<Core>().Report({*std::move(failure), std::move(name)});
  }

  void End() {
    const std::shared_ptr<Record> record = this->TakeRecord();
    if (record == nullptr) return;
    ThreadRef<Core> thread(record);
    registry().NoticeFork();
    if (record->state.Get() == Record::kInitial || thread.daemon() ||
        registry().IsCurrent(record.get())) {
      return;  // whoever refers to it last detaches it
    }
    static_cast<void>(thread.Join());
  }
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_THREAD_H_
