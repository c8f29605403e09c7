// Event.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_EVENT_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_EVENT_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"
#include "someos/testing/threading/crew.h"

namespace someos {

template <typename Threads>
class EventTest : public ThreadingTest<Threads> {};
TYPED_TEST_SUITE_P(EventTest);

TYPED_TEST_P(EventTest, IsSetAndCleared) {
  typename TypeParam::Event event;
  EXPECT_FALSE(event.IsSet());
  EXPECT_THAT(event.Wait(absl::ZeroDuration()), Returns(false));
  event.Set();
  event.Set();
  EXPECT_TRUE(event.IsSet());
  EXPECT_THAT(event.Wait(), Returns(true));
  EXPECT_THAT(event.Wait(absl::Seconds(1000)), Returns(true));
  EXPECT_THAT(event.Wait(absl::ZeroDuration()), Returns(true));
  event.Clear();
  event.Clear();
  EXPECT_FALSE(event.IsSet());
  EXPECT_THAT(event.Wait(absl::Seconds(-1)), Returns(false));
}

TYPED_TEST_P(EventTest, ATimedWaitTakesItsTimeAndTimesOut) {
  typename TypeParam::Event event;
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(event.Wait(absl::Milliseconds(30)), Returns(false));
  EXPECT_GE(MonotonicNow() - start, absl::Milliseconds(30));
}

TYPED_TEST_P(EventTest, ATimeoutThatIsNoneIsAnError) {
  typename TypeParam::Event event;
  EXPECT_THAT(event.Wait(absl::Seconds(9223372037)),
              FailsWithCode(absl::StatusCode::kOutOfRange, "timeout value is too large"));
}

TYPED_TEST_P(EventTest, AWaitThatNobodyCanEndIsAnError) {
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "another thread can end it";
  typename TypeParam::Event event;
  EXPECT_THAT(event.Wait(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                          "would wait for ever: there is one thread"));
}

TYPED_TEST_P(EventTest, SetWakesAll) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Event event;
  Crew crew;
  crew.RunInEach(3, [&] { EXPECT_THAT(event.Wait(), Returns(true)); });
  crew.RunInEach(2, [&] { EXPECT_THAT(event.Wait(absl::Seconds(1000)), Returns(true)); });
  crew.AwaitAsleep();
  event.Set();
  crew.Join();
  EXPECT_TRUE(event.IsSet());
}

TYPED_TEST_P(EventTest, SetWakesAllAlsoIfItIsClearedAtOnce) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Event event;
  for (int round = 0; round < 20; ++round) {
    Crew crew;
    crew.RunInEach(3, [&] { EXPECT_THAT(event.Wait(), Returns(true)); });
    crew.AwaitAsleep();
    event.Set();
    event.Clear();
    crew.Join();
    EXPECT_FALSE(event.IsSet());
  }
}

TYPED_TEST_P(EventTest, PingPong) {
  SOMEOS_NEEDS_THREADS();
  constexpr int kRounds = 5000;
  typename TypeParam::Event ping;
  typename TypeParam::Event pong;
  int ball = 0;
  Crew crew;
  crew.Run([&] {
    for (int round = 0; round < kRounds; ++round) {
      if (!ping.Wait().value_or(false)) ADD_FAILURE();
      ping.Clear();
      ++ball;
      pong.Set();
    }
  });
  for (int round = 0; round < kRounds; ++round) {
    ++ball;
    ping.Set();
    ASSERT_THAT(pong.Wait(), Returns(true));
    pong.Clear();
    ASSERT_EQ(ball, 2 * (round + 1));
  }
}

// As a thread does that waits for the end of what another does for it.
TYPED_TEST_P(EventTest, MayBeDestroyedByWhoeverSawItSet) {
  SOMEOS_NEEDS_THREADS();
  for (int round = 0; round < 500; ++round) {
    auto event = std::make_unique<typename TypeParam::Event>();
    Crew crew;
    crew.Run([raw = event.get()] { raw->Set(); });
    ASSERT_THAT(event->Wait(), Returns(true));
    event = nullptr;
  }
}

REGISTER_TYPED_TEST_SUITE_P(EventTest, IsSetAndCleared, ATimedWaitTakesItsTimeAndTimesOut,
                            ATimeoutThatIsNoneIsAnError, AWaitThatNobodyCanEndIsAnError,
                            SetWakesAll, SetWakesAllAlsoIfItIsClearedAtOnce, PingPong,
                            MayBeDestroyedByWhoeverSawItSet);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_EVENT_H_
