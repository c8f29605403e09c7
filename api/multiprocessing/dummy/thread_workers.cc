#include "someos/api/multiprocessing/dummy/thread_workers.h"

#include <cstddef>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/dummy/pool_options.h"
#include "someos/api/multiprocessing/pool/call_function.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/pool/service_thread.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/threading.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::multiprocessing::dummy {
namespace {

// Whose call the calling thread runs.
const ThreadWorkers*& Caller() {
  static thread_local const ThreadWorkers* caller = nullptr;
  return caller;
}

}  // namespace

ThreadWorkers::ThreadWorkers(PoolOptions options, std::unique_ptr<threading::ThreadPool> threads)
    : options_(std::move(options)), threads_(std::move(threads)) {}

const PoolFunction::Callable* ThreadWorkers::FunctionOf(const PoolFunction& function) const {
  return function.callable() != nullptr ? &function.callable()
                                        : options_.functions.Find(function.name());
}

absl::Status ThreadWorkers::Submit(std::shared_ptr<const pool::Job> job) {
  if (!service()->InThisProcess()) return pool::ServiceThread::NotHere();
  if (FunctionOf(job->function()) == nullptr) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat("no function '", job->function().name(), "' is registered"));
  }
  const size_t chunks = job->chunks();
  absl::Status broken;
  {
    const base::MutexLock lock(mutex_);
    if (state_ != State::kRunning) {
      return PlainStatus(absl::StatusCode::kInvalidArgument, "Pool not running");
    }
    broken = broken_;
    if (broken.ok()) active_.emplace(job.get(), Active{job, chunks + 1});
  }
  if (!broken.ok()) {
    Tell([job = std::move(job), broken] { job->outcome().Abandoned(broken); });
    return absl::OkStatus();
  }
  for (size_t chunk = 0; chunk < chunks; ++chunk) {
    threads_->Submit([this, job, chunk] { RunChunk(*job, chunk); });
  }
  PartIsDone(*job);
  return absl::OkStatus();
}

void ThreadWorkers::RunChunk(const pool::Job& job, size_t chunk) {
  const ThreadWorkers* const outer = std::exchange(Caller(), this);
  if (Wanted()) SetUpThread();
  absl::StatusOr<PyValue> result;  // of no importance to a job that has been abandoned
  if (Wanted()) {
    result =
        pool::CallFunction(*FunctionOf(job.function()), job.kind(), job.Chunk(chunk), job.kwargs());
  }
  // The job is there until its last part is done.
  Tell([this, &job, chunk, result = std::move(result)]() mutable {
    job.outcome().ChunkEnded(chunk, std::move(result));
    PartIsDone(job);
  });
  Caller() = outer;
}

bool ThreadWorkers::Wanted() const {
  const base::MutexLock lock(mutex_);
  return broken_.ok();
}

void ThreadWorkers::SetUpThread() {
  if (options_.initializer.empty() || std::exchange(is_set_up_.Get(), true)) return;
  const PoolFunction::Callable* const function = FunctionOf(options_.initializer);
  const absl::Status status = pool::CallFunction(*function, pool::CallKind::kCall,
                                                 PyValue::Tuple(options_.initargs), PyValue())
                                  .status();
  if (status.ok()) return;
  Break(PlainStatus(absl::StatusCode::kUnavailable,
                    absl::StrCat("the initializer of the pool has failed: ", status.message())));
}

void ThreadWorkers::Break(const absl::Status& why) {
  {
    const base::MutexLock lock(mutex_);
    if (broken_.ok()) broken_ = why;
    // Before any chunk that is left out because of it.
    for (const auto& [key, active] : active_) {
      tellings_.push_back([job = active.job, why] { job->outcome().Abandoned(why); });
    }
  }
  TellAll();
}

void ThreadWorkers::Tell(Telling telling) {
  {
    const base::MutexLock lock(mutex_);
    tellings_.push_back(std::move(telling));
  }
  TellAll();
}

void ThreadWorkers::TellAll() {
  {
    const base::MutexLock lock(mutex_);
    if (std::exchange(telling_, true)) return;
  }
  const pool::ServiceThread::Scope here(*service());
  Telling telling;
  for (;;) {
    {
      const base::MutexLock lock(mutex_);
      if (tellings_.empty()) {
        telling_ = false;
        return;
      }
      telling = std::move(tellings_.front());
      tellings_.pop_front();
    }
    std::move(telling)();
    telling = nullptr;  // what it holds is destroyed without the mutex
  }
}

void ThreadWorkers::PartIsDone(const pool::Job& job) {
  std::shared_ptr<const pool::Job> done;  // destroyed without the mutex
  {
    const base::MutexLock lock(mutex_);
    const auto found = active_.find(&job);
    if (--found->second.parts_left > 0) return;
    done = std::move(found->second.job);
    active_.erase(found);
  }
  EndIfDone();
}

void ThreadWorkers::EndIfDone() {
  {
    const base::MutexLock lock(mutex_);
    if (state_ == State::kRunning || !active_.empty()) return;
  }
  ended_.Set();
}

void ThreadWorkers::Close() {
  {
    const base::MutexLock lock(mutex_);
    if (state_ == State::kRunning) state_ = State::kClosed;
  }
  EndIfDone();
}

void ThreadWorkers::Terminate() {
  {
    const base::MutexLock lock(mutex_);
    state_ = State::kTerminated;
  }
  Break(PlainStatus(absl::StatusCode::kCancelled, "the pool was terminated"));
  EndIfDone();
}

bool ThreadWorkers::running() const {
  const base::MutexLock lock(mutex_);
  return state_ == State::kRunning;
}

absl::StatusOr<bool> ThreadWorkers::Join(absl::Duration timeout) {
  if (absl::Status status = service()->CheckWait(); !status.ok()) return status;
  if (Caller() == this) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "a call cannot wait for the end of its own pool");
  }
  const absl::StatusOr<bool> ended =
      timeout == absl::InfiniteDuration() ? ended_.Wait() : ended_.Wait(timeout);
  if (!ended.ok() || !*ended) return ended;
  std::unique_ptr<threading::ThreadPool> threads;  // ends, without the mutex
  const base::MutexLock lock(mutex_);
  threads.swap(threads_);
  return true;
}

}  // namespace someos::multiprocessing::dummy
