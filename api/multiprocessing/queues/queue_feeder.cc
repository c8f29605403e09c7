#include "someos/api/multiprocessing/queues/queue_feeder.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/thread_pthread/thread_pthread.h"

namespace someos::multiprocessing::internal {
namespace {

// Linux's PIPE_BUF: so many bytes are written to a pipe in one step, so that a process that is
// killed leaves no part of a message.
constexpr size_t kWrittenInOneStep = 4096;

}  // namespace

QueueFeeder::~QueueFeeder() {
  Close();
  std::optional<thread_pthread::Threads::Thread> thread;
  {
    const base::MutexLock lock(mutex_);
    stopped_ = join_cancelled_;
    thread.swap(thread_);
  }
  changed_.Signal();
  if (thread.has_value()) static_cast<void>(thread->Join());
}

absl::Status QueueFeeder::Put(std::string frame) {
  const base::MutexLock lock(mutex_);
  if (!error_.ok()) return error_;
  if (!thread_.has_value()) {
    thread_pthread::Threads::Thread thread([this] { Run(); },
                                           {"QueueFeederThread", /*daemon=*/true});
    if (absl::Status status = thread.Start(); !status.ok()) return status;
    thread_ = std::move(thread);
  }
  frames_.push_back(std::move(frame));
  if (frames_.size() == 1) changed_.Signal();
  return absl::OkStatus();
}

void QueueFeeder::Close() {
  const base::MutexLock lock(mutex_);
  closed_ = true;
  changed_.Signal();
}

bool QueueFeeder::closed() const {
  const base::MutexLock lock(mutex_);
  return closed_;
}

bool QueueFeeder::Stopped() const {
  const base::MutexLock lock(mutex_);
  return stopped_;
}

absl::Status QueueFeeder::Join() {
  std::optional<thread_pthread::Threads::ThreadRef> thread;
  {
    const base::MutexLock lock(mutex_);
    if (!join_cancelled_ && thread_.has_value()) thread = *thread_;
  }
  if (thread.has_value()) {
    if (const absl::StatusOr<bool> joined = thread->Join(); !joined.ok()) return joined.status();
  }
  const base::MutexLock lock(mutex_);
  return error_;
}

void QueueFeeder::CancelJoin() {
  const base::MutexLock lock(mutex_);
  join_cancelled_ = true;
}

int QueueFeeder::NextFrames(std::string& frames) {
  const base::MutexLock lock(mutex_);
  while (frames_.empty() && !closed_) changed_.Wait(&mutex_);
  if (frames_.empty() || stopped_) return 0;
  int count = 0;
  do {
    if (frames.empty()) {
      frames = std::move(frames_.front());
    } else {
      frames += frames_.front();
    }
    frames_.pop_front();
    ++count;
  } while (!frames_.empty() && frames.size() + frames_.front().size() <= kWrittenInOneStep);
  return count;
}

void QueueFeeder::Run() {
  while (true) {
    std::string frames;
    const int count = NextFrames(frames);
    if (count == 0) return;
    const absl::Status status = pipe_.SendUnless([this] { return Stopped(); }, frames);
    if (status.ok()) continue;
    if (absl::IsCancelled(status)) return;
    for (int i = 0; i < count; ++i) static_cast<void>(room_.Release());
    const base::MutexLock lock(mutex_);
    error_ = status;
  }
}

}  // namespace someos::multiprocessing::internal
