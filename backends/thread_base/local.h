// Python's threading.local over a Core: a value for each thread.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_LOCAL_H_
#define SOMEOS_BACKENDS_THREAD_BASE_LOCAL_H_

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_base/local_values.h"
#include "someos/backends/thread_base/registry.h"
#include "someos/backends/thread_base/thread_record.h"

namespace someos::thread_base {

// A T for each thread that asks for it. Unlike a thread_local variable it may be a member, be made
// with arguments, and it is destroyed with the Local in all threads.
//
// A thread's value is made when the thread first asks for it, and destroyed by that thread at its
// end, or with the Local by whoever destroys that; threads must not use it then. Like a subclass of
// Python's threading.local with an __init__, Local takes a function that makes a value. In a forked
// child the values of the threads that are not there stay until the Local is destroyed.
// With thread_dummy each thread has a value of its own, too. Thread-safe.
template <typename Core, typename T>
class Local {
 public:
  Local() : Local([] { return T(); }) {}
  // `make` is called in each thread that asks, possibly in several at once. It must not use the
  // Local.
  explicit Local(absl::AnyInvocable<T() const> make) : make_(std::move(make)) {}
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  ~Local() { LocalKey::Free(key_); }

  // The value of the calling thread.
  T& Get() {
    ThreadRecord<Core>& thread = Registry<Core>::CurrentRecord();
    void* const value = thread.locals.Find(key_);
    return value != nullptr ? *static_cast<T*>(value) : Make(thread);
  }
  T& operator*() { return Get(); }
  T* operator->() { return &Get(); }

 private:
  class Values : public LocalValues {
   public:
    void Add(const void* thread, std::unique_ptr<T> value) {
      base::MutexLock lock(mutex_);
      values_[thread].swap(value);  // there may be one, of a thread that a fork has lost
    }
    void Forget(const void* thread) override {
      std::unique_ptr<T> value;  // destroyed without the mutex
      base::MutexLock lock(mutex_);
      const auto found = values_.find(thread);
      if (found == values_.end()) return;
      value = std::move(found->second);
      values_.erase(found);
    }

   private:
    absl::Mutex mutex_;
    const base::ForkGuard guard_{mutex_};
    absl::flat_hash_map<const void*, std::unique_ptr<T>> values_ ABSL_GUARDED_BY(mutex_);
  };

  T& Make(ThreadRecord<Core>& thread) {
    auto value = std::make_unique<T>(make_());
    T& result = *value;
    values_->Add(&thread, std::move(value));
    thread.locals.Set(key_, &result, values_);
    return result;
  }

  const absl::AnyInvocable<T() const> make_;
  const LocalKey key_ = LocalKey::New();
  const std::shared_ptr<Values> values_ = std::make_shared<Values>();
};

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_LOCAL_H_
