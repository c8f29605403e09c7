// Promise 8, continued: a thread that is cancelled in Wait leaves a poller that works.

#include <pthread.h>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct CancelledWait {
  Poller& poller;
  absl::Duration timeout;
};

// Waits until the thread is cancelled.
void* WaitToBeCancelled(void* argument) {
  const auto& wait = *static_cast<CancelledWait*>(argument);
  Event event;
  while (true) wait.poller.Wait({&event, 1}, wait.timeout).IgnoreError();
}

// Cancels a thread while it waits for `timeout`.
[[maybe_unused]] void CancelInWait(Poller& poller, absl::Duration timeout) {
  CancelledWait wait = {poller, timeout};
  pthread_t thread;
  ASSERT_EQ(pthread_create(&thread, nullptr, WaitToBeCancelled, &wait), 0);
  // A second Wait is refused as soon as the first one runs.
  Event event;
  while (!absl::IsFailedPrecondition(poller.Wait({&event, 1}, absl::ZeroDuration()).status())) {
  }
  ASSERT_EQ(pthread_cancel(thread), 0);
  void* result = nullptr;
  ASSERT_EQ(pthread_join(thread, &result), 0);
  EXPECT_EQ(result, PTHREAD_CANCELED);
}

TEST_P(ThreadsTest, AWaitThatIsCancelledLeavesAPollerThatWorks) {
#if !defined(__GLIBC__) || !defined(ABSL_HAVE_EXCEPTIONS)
  GTEST_SKIP() << "here cancellation does not unwind the stack, so nothing can be restored";
#elif defined(ABSL_HAVE_THREAD_SANITIZER)
  GTEST_SKIP() << "the thread sanitizer does not support pthread_cancel(3) within system calls";
#else
  for (const absl::Duration timeout : {absl::InfiniteDuration(), absl::Hours(1)}) {
    SCOPED_TRACE(timeout);
    const Pipe pipe;
    Register(pipe.reader.get(), Interest::kReadable);
    for (int i = 0; i < 3; ++i) CancelInWait(poller(), timeout);
    ExpectQuiet();
    EXPECT_THAT(poller().Wake(), Succeeds());
    EXPECT_THAT(Wait(absl::InfiniteDuration()), IsEmpty());
    WriteText(pipe.writer.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(EventOf(pipe.reader.get(), Readiness::kReadable)));
    Unregister(pipe.reader.get());
  }
#endif
}

}  // namespace
}  // namespace someos
