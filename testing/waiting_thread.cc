#include "someos/testing/waiting_thread.h"

#include <atomic>
#include <cstddef>
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
    done_ = true;
    return;
  }
}

void WaitingThread::AwaitInside() {
  const absl::Duration deadline = MonotonicNow() + absl::Seconds(10);
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
  thread_.join();
  return std::move(result_);
}

}  // namespace someos
