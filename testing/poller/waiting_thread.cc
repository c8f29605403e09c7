#include "someos/testing/poller/waiting_thread.h"

#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"

namespace someos {
namespace {

// What must happen in another thread is given this long.
constexpr absl::Duration kPatience = absl::Seconds(10);

// Wait's answer to a thread that comes second.
bool IsRefusal(const absl::StatusOr<size_t>& count) {
  return absl::IsFailedPrecondition(count.status()) && ErrnoOf(count.status()) == 0;
}

}  // namespace

WaitingThread::WaitingThread(Poller& poller, absl::Duration timeout, size_t room)
    : poller_(poller), thread_([this, timeout, room] { Run(timeout, room); }) {}

WaitingThread::~WaitingThread() {
  if (thread_.joinable()) thread_.join();
}

void WaitingThread::Run(absl::Duration timeout, size_t room) {
  std::vector<Event> events(room);
  while (true) {
    const absl::Duration start = MonotonicNow();
    const absl::StatusOr<size_t> count = poller_.Wait(absl::MakeSpan(events), timeout);
    elapsed_ = MonotonicNow() - start;
    // AwaitInside() came first: once more.
    if (IsRefusal(count)) continue;
    if (count.ok()) {
      events.resize(*count);
      result_ = std::move(events);
    } else {
      result_ = count.status();
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    done_ = true;
    ended_.notify_one();
    return;
  }
}

void WaitingThread::AwaitInside() {
  const absl::Duration deadline = MonotonicNow() + kPatience;
  Event event;
  while (!done() && !IsRefusal(poller_.Wait(absl::MakeSpan(&event, 1), absl::ZeroDuration()))) {
    if (MonotonicNow() > deadline) {
      ADD_FAILURE() << "a second concurrent Wait is not refused";
      return;
    }
    std::this_thread::yield();
  }
}

absl::StatusOr<std::vector<Event>> WaitingThread::Join() {
  {
    std::unique_lock<std::mutex> lock(mutex_);
    if (!ended_.wait_for(lock, absl::ToChronoNanoseconds(kPatience), [this] { return done(); })) {
      ADD_FAILURE() << "Wait has not ended";
      poller_.Wake().IgnoreError();
    }
  }
  thread_.join();
  return std::move(result_);
}

}  // namespace someos
