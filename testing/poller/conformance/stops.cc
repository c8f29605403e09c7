// Promise 6, continued: a process that is stopped and continued (Ctrl-Z, a paused container) waits
// no longer for that, and is not told of a signal for which no handler has run.

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/system_call.h"
#include "someos/testing/tcp.h"

namespace someos {
namespace {

// In a forked child, Wait of a new poller, which `start` is called before. Returns its exit status.
int RunWait(const Backend& backend, const PollerOptions& options, absl::Duration timeout,
            const std::function<void()>& start) {
  const auto poller = backend.create(options);
  if (!poller.ok()) return 1;
  Event event;
  start();
  const absl::Duration begin = MonotonicNow();
  const absl::Status status = (*poller)->Wait({&event, 1}, timeout).status();
  const absl::Duration took = MonotonicNow() - begin;
  if (!status.ok()) return 2;
  if (took < timeout) return 3;
  return took < 2 * timeout ? 0 : 4;
}

// The exit status of a child that waits for `timeout`, and is stopped during all of it.
int StatusOfStoppedWait(const Backend& backend, const PollerOptions& options,
                        absl::Duration timeout) {
  const Pipe pipe;
  const pid_t child = MustSucceed(fork(), "fork");
  if (child == 0) {
    _exit(RunWait(backend, options, timeout,
                  [&] { MustSucceed(write(pipe.writer.get(), "x", 1), "write"); }));
  }
  AwaitArrival(pipe.reader.get());
  // So that it is in the kernel; otherwise nothing is tested.
  usleep(50'000);
  int status = 0;
  kill(child, SIGSTOP);
  MustSucceed(waitpid(child, &status, WUNTRACED), "waitpid");
  EXPECT_TRUE(WIFSTOPPED(status));
  usleep(static_cast<useconds_t>(absl::ToInt64Microseconds(timeout)));
  kill(child, SIGCONT);
  MustSucceed(waitpid(child, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A wait that goes on for what was left at the stop takes twice as long. One that may be a second
// late (select_poller.h) has two seconds for a machine that is busy.
constexpr absl::Duration kTimeout = absl::Seconds(3);

TEST_P(SignalsTest, AStopDoesNotLengthenAWait) {
  const int status = StatusOfStoppedWait(backend(), {}, kTimeout);
  EXPECT_EQ(status, 0) << "2: failed, 3: early, 4: late";
}

TEST_P(SignalsTest, AStopDoesNotEndAWaitThatReturnsOnSignals) {
  PollerOptions options;
  options.return_on_signal = true;
  const int status = StatusOfStoppedWait(backend(), options, kTimeout);
  if (OverLibkqueue() && status == 2) GTEST_SKIP() << "libkqueue: waits by epoll_wait(2)";
  EXPECT_TRUE(status == 0 || status == 4) << status << "; 2: failed, 3: early";
}

}  // namespace
}  // namespace someos
