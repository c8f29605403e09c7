// The threads of a backend that are known, and which of them runs.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_REGISTRY_H_
#define SOMEOS_BACKENDS_THREAD_BASE_REGISTRY_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/optimization.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/thread_record.h"

namespace someos::thread_base {

// Thread-safe. A thread that the library has not started becomes known when it first asks who it
// is.
//
// After a fork the child's registry knows the forking thread alone, which is its main thread; the
// others have stopped. It notices when it is first asked.
template <typename Core>
class Registry {
 public:
  using Record = ThreadRecord<Core>;
  using Ref = std::shared_ptr<Record>;

  static Registry& Get() {
    static auto* const registry = new Registry;  // never destroyed: threads may outlive main()
    return *registry;
  }

  // The calling thread.
  static Record& CurrentRecord() {
    Record* const current = Current();
    return ABSL_PREDICT_TRUE(current != nullptr) ? *current : Get().AddCurrent();
  }
  static bool IsCurrent(const Record* record) { return Current() == record; }

  Ref Main() {
    CurrentRecord();
    base::MutexLock lock(mutex_);
    CheckFork();
    return MainLocked();
  }

  // The threads that run or are being started, in the order of their start.
  std::vector<Ref> All() {
    CurrentRecord();
    base::MutexLock lock(mutex_);
    CheckFork();
    MainLocked();
    return threads_;
  }

  std::string NewName(const char* prefix) {
    return absl::StrCat(prefix, "-", names_.fetch_add(1, std::memory_order_relaxed));
  }

  void Add(Ref record) {
    base::MutexLock lock(mutex_);
    CheckFork();
    threads_.push_back(std::move(record));
  }
  void Remove(const Record& record) {
    Ref removed;  // destroyed without the mutex
    base::MutexLock lock(mutex_);
    CheckFork();
    const auto found = std::find_if(threads_.begin(), threads_.end(),
                                    [&](const Ref& ref) { return ref.get() == &record; });
    if (found == threads_.end()) return;
    removed = std::move(*found);
    threads_.erase(found);
  }

  // What another process is responsible for has stopped here. Call it before the state of a record
  // is looked at.
  void NoticeFork() {
    if (ABSL_PREDICT_TRUE(base::InForkGeneration(generation_.load(std::memory_order_relaxed)))) {
      return;
    }
    base::MutexLock lock(mutex_);
    CheckFork();
  }

  // Calls function() while no other thread reads or writes the names and daemon flags of records.
  template <typename Function>
  auto WithLock(Function function) {
    base::MutexLock lock(mutex_);
    CheckFork();
    return function();
  }

  // Makes `record` the calling thread, until Leave: for a thread's whole life, or for the body that
  // runs inline, during which the thread that called is another.
  static Record* Enter(Record& record) {
    record.ident.store(Core::Ident(), std::memory_order_relaxed);
    record.native_id.store(Core::NativeId(), std::memory_order_relaxed);
    return std::exchange(Current(), &record);
  }
  // At the end of a thread: destroys its Locals' values, and then it has stopped.
  void Leave(Record& record, Record* outer) {
    record.locals.Clear(&record);
    Remove(record);
    Current() = outer;
    record.state.Set(Record::kStopped);
  }

  // Makes `record` the calling thread for as long as the system's thread exists. The destructors of
  // thread_local objects are the last to run in a thread, and this one, if it is made first, is the
  // last of these.
  static void EnterForLife(Ref record) {
    static thread_local Life life;
    Enter(*record);
    life.record = std::move(record);
  }

 private:
  struct Life {
    Ref record;

    Life() = default;
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() {
      AfterLife() = true;
      if (record == nullptr) return;
      if (Get().IsMain(*record)) {
        record->locals.Clear(record.get());  // the process is being ended
      } else {
        Get().Leave(*record, nullptr);
      }
    }
  };

  static Record*& Current() {
    static thread_local Record* current = nullptr;
    return current;
  }
  // Whether the thread's Life is over, but not all of its thread_local objects are destroyed.
  static bool& AfterLife() {
    static thread_local bool after_life = false;
    return after_life;
  }

  Registry() { base::WatchForForks(); }

  bool IsMain(const Record& record) {
    base::MutexLock lock(mutex_);
    CheckFork();
    return main_.get() == &record;
  }

  Record& AddCurrent() {
    Ref record;
    {
      base::MutexLock lock(mutex_);
      CheckFork();
      record = Core::IsMain() ? MainLocked() : NewForeign();
      if (AfterLife()) kept_.push_back(record);
    }
    if (AfterLife()) {
      Enter(*record);
    } else {
      EnterForLife(record);
    }
    return *record;
  }

  Ref NewForeign() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    auto record = std::make_shared<Record>(ThreadKind::kForeign);
    record->name = NewName("Dummy");
    record->daemon = true;
    record->state.Set(Record::kRunning);
    if (!AfterLife()) threads_.push_back(record);
    return record;
  }

  const Ref& MainLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (main_ == nullptr) {
      main_ = std::make_shared<Record>(ThreadKind::kMain);
      main_->name = "MainThread";
      main_->state.Set(Record::kRunning);
      threads_.insert(threads_.begin(), main_);
    }
    return main_;
  }

  void CheckFork() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const uint32_t generation = base::ForkGeneration();
    if (ABSL_PREDICT_TRUE(generation_.load(std::memory_order_relaxed) == generation)) return;
    const Record* const current = Current();
    main_ = nullptr;
    for (const Ref& record : std::exchange(threads_, {})) {
      if (record.get() == current) {
        main_ = record;
        continue;
      }
      record->joining.Set(Record::kJoined);
      record->state.Set(Record::kStopped);
      kept_.push_back(record);
    }
    if (main_ != nullptr) {
      MakeMain(*main_);
      threads_.push_back(main_);
    }
    generation_.store(generation, std::memory_order_relaxed);
  }

  static void MakeMain(Record& record) {
    record.native_id.store(Core::NativeId(), std::memory_order_relaxed);
    record.daemon = false;
    if (record.kind == ThreadKind::kForeign) record.name = "MainThread";
    if (record.kind != ThreadKind::kStarted) record.kind = ThreadKind::kMain;
  }

  absl::Mutex mutex_;
  const base::ForkGuard guard_{mutex_};
  std::atomic<uint32_t> generation_{base::ForkGeneration()};
  std::atomic<uint64_t> names_{1};
  std::vector<Ref> threads_ ABSL_GUARDED_BY(mutex_);
  Ref main_ ABSL_GUARDED_BY(mutex_);
  // Of threads that asked who they are in their last destructors, when nothing could remove them
  // any more; and of those that a fork has lost, whose bodies may refer to what the fork broke.
  std::vector<Ref> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_REGISTRY_H_
