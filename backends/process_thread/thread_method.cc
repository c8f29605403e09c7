#include "someos/backends/process_thread/thread_method.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/owned_fd.h"
#include "someos/backends/connection_socket/await.h"
#include "someos/backends/connection_socket/stream.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/detached_thread.h"
#include "someos/backends/process_base/duplicates.h"
#include "someos/backends/process_base/own_pipe.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_thread/linked_threads.h"

namespace someos::multiprocessing {
namespace {

// What a thread shares with the handle of it.
class ThreadState {
 public:
  // Runs the body in the thread, which then leaves its exit code.
  void Run(absl::AnyInvocable<int(ChildSide)>& body, ChildSide side) {
    Current() = this;
    exit_code_.store(body(std::move(side)), std::memory_order_release);
    Current() = nullptr;
  }

  bool IsOfThisThread() const { return Current() == this; }
  int exit_code() const { return exit_code_.load(std::memory_order_acquire); }

 private:
  static const ThreadState*& Current() {
    static thread_local const ThreadState* current = nullptr;
    return current;
  }

  std::atomic<int> exit_code_{0};
};

// The sentinel is a pipe, whose other end the thread closes when its body has returned and the exit
// code is there.
class ThreadChild final : public Child {
 public:
  ThreadChild(base::OwnDescriptor sentinel, std::shared_ptr<const ThreadState> state)
      : generation_(base::ForkGeneration()),
        sentinel_(std::move(sentinel)),
        state_(std::move(state)) {}

  int64_t pid() const override { return getpid(); }
  int sentinel() const override { return sentinel_.get(); }

  absl::StatusOr<std::optional<int>> Wait(absl::Duration timeout) override {
    if (!base::InForkGeneration(generation_))
      return base::ForkedError("wait for a thread", kChildOfTheParent);
    if (timeout > absl::ZeroDuration() && state_->IsOfThisThread()) {
      return PlainStatus(absl::StatusCode::kFailedPrecondition, "cannot join current thread");
    }
    using connection_socket::Transfer;
    base::Deadline deadline(timeout);
    const Transfer waited = connection_socket::AwaitAny(
        {{sentinel_.get(), connection_socket::Direction::kRead}}, deadline);
    if (waited.end == Transfer::End::kFailed) return ErrnoStatus(waited.error, "wait for a thread");
    if (waited.end == Transfer::End::kTimedOut) return std::nullopt;
    return state_->exit_code();
  }

  absl::Status Signal(int /*signal*/) override {
    return PlainStatus(absl::StatusCode::kUnimplemented, "a thread cannot be signalled");
  }

 private:
  const uint32_t generation_;
  const base::OwnDescriptor sentinel_;
  const std::shared_ptr<const ThreadState> state_;
};

// The locks of a program for one thread are none for two.
absl::Status CheckThreads() {
#if SOMEOS_LINKS_THREAD_DUMMY
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "a process cannot be a thread: the program is built with thread=dummy");
#else
  return absl::OkStatus();
#endif
}

absl::StatusOr<StartedChild> StartThread(StartTask task) {
  if (absl::Status status = CheckThreads(); !status.ok()) return status;
  base::WatchForForks();
  absl::StatusOr<process_base::OwnPipe> pipe = process_base::MakeOwnPipe();
  if (!pipe.ok()) return pipe.status();
  absl::StatusOr<std::vector<base::OwnedFd>> descriptors =
      process_base::Duplicates(task.descriptors);
  if (!descriptors.ok()) return descriptors.status();
  const auto state = std::make_shared<ThreadState>();
  auto child = std::make_unique<ThreadChild>(std::move(pipe->read_end), state);
  const bool started = process_base::StartDetachedThread(
      [body = std::move(task.body), descriptors = *std::move(descriptors),
       end = std::move(pipe->write_end), state]() mutable {
        state->Run(body, {-1, process_base::Released(std::move(descriptors))});
        body = nullptr;
        end = base::OwnDescriptor();
      },
      process_base::ThreadKind::kUsers);
  if (!started) return ErrnoStatus(EAGAIN, "start a thread");
  return StartedChild{std::move(child), base::OwnDescriptor()};
}

}  // namespace

const StartMethod& ThreadStartMethod() {
  static constexpr StartMethod kMethod = {"thread", /*runs_body=*/true, StartThread};
  return kMethod;
}

}  // namespace someos::multiprocessing
