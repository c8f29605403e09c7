// The threads of a pool. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_DUMMY_THREAD_WORKERS_H_
#define SOMEOS_API_MULTIPROCESSING_DUMMY_THREAD_WORKERS_H_

#include <cstddef>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/dummy/pool_options.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/pool/worker_set.h"
#include "someos/api/threading.h"
#include "someos/backends/base/fork_guard.h"

namespace someos::multiprocessing::dummy {

// Chunks of jobs are the tasks of a threading::ThreadPool.
//
// Results are told one after the other, as the outcomes require, by whichever thread has one while
// no other is telling: a worker, or who breaks the pool. It also tells those that the others have
// meanwhile, so that a callback that takes long keeps one worker from working and no more.
class ThreadWorkers final : public pool::WorkerSet {
 public:
  // `threads` has at least one worker.
  ThreadWorkers(PoolOptions options, std::unique_ptr<threading::ThreadPool> threads);
  // Waits for the calls that run. Terminate or Close must have been called, unless in a forked
  // child.
  ~ThreadWorkers() override = default;

  // kNotFound: no function of this name.
  absl::Status Submit(std::shared_ptr<const pool::Job> job) override;
  void Close() override;
  void Terminate() override;
  bool running() const override;

  // Waits until no call runs and none will, and ends the threads. Returns whether it is so.
  absl::StatusOr<bool> Join(absl::Duration timeout);

 private:
  enum class State { kRunning, kClosed, kTerminated };
  // Something that is to be told to an outcome.
  using Telling = absl::AnyInvocable<void() &&>;

  // Itself, or the one of its name; null: there is none.
  const PoolFunction::Callable* FunctionOf(const PoolFunction& function) const;
  void RunChunk(const pool::Job& job, size_t chunk);
  // Whether the pool is not broken.
  bool Wanted() const;
  // Calls the initializer in a thread that has not called it.
  void SetUpThread();
  // All jobs are abandoned, and those that come.
  void Break(const absl::Status& why);
  void Tell(Telling telling);
  // Tells what there is, unless another thread is telling.
  void TellAll();
  void PartIsDone(const pool::Job& job);
  void EndIfDone();

  const PoolOptions options_;
  mutable absl::Mutex mutex_;
  const base::ForkGuard guard_{mutex_};
  State state_ ABSL_GUARDED_BY(mutex_) = State::kRunning;
  absl::Status broken_ ABSL_GUARDED_BY(mutex_);
  struct Active {
    std::shared_ptr<const pool::Job> job;
    size_t parts_left;  // its chunks, and its submission, which Join must not overtake
  };
  absl::flat_hash_map<const pool::Job*, Active> active_ ABSL_GUARDED_BY(mutex_);
  std::deque<Telling> tellings_ ABSL_GUARDED_BY(mutex_);
  bool telling_ ABSL_GUARDED_BY(mutex_) = false;
  threading::Event ended_;
  threading::Local<bool> is_set_up_;
  // The last member: its threads use the others until it is destroyed.
  std::unique_ptr<threading::ThreadPool> threads_;
};

}  // namespace someos::multiprocessing::dummy

#endif  // SOMEOS_API_MULTIPROCESSING_DUMMY_THREAD_WORKERS_H_
