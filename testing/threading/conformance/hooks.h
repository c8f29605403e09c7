// What a program may have called in threads: the hook before the body, and the except hook.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_HOOKS_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_HOOKS_H_

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/hooks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

namespace someos {

template <typename Threads>
class HooksTest : public ThreadingTest<Threads> {
 protected:
  ~HooksTest() override {
    Threads::SetExceptHook({});
    Threads::SetThreadHook({});
  }

  template <typename Function>
  static void RunInThread(Function function) {
    typename Threads::Thread thread(std::move(function), {"worker"});
    ASSERT_THAT(thread.Start(), Succeeds());
    ASSERT_THAT(thread.Join(), Returns(true));
    EXPECT_FALSE(thread.is_alive());
  }
};
TYPED_TEST_SUITE_P(HooksTest);

TYPED_TEST_P(HooksTest, TheThreadHookRunsBeforeEachBody) {
  std::vector<std::string> order;
  TypeParam::SetThreadHook(
      [&] { order.push_back("hook of " + TypeParam::CurrentThread().name()); });
  this->RunInThread([&] { order.emplace_back("body"); });
  TypeParam::SetThreadHook({});
  this->RunInThread([&] { order.emplace_back("another body"); });
  EXPECT_THAT(order, testing::ElementsAre("hook of worker", "body", "another body"));
}

#ifdef ABSL_HAVE_EXCEPTIONS

TYPED_TEST_P(HooksTest, TheExceptHookIsGivenWhatLeavesABody) {
  std::vector<std::string> calls;
  TypeParam::SetExceptHook([&](const thread_base::ExceptHookArgs& args) {
    calls.push_back(args.thread_name + ": " + args.failure.ToString());
    EXPECT_EQ(TypeParam::CurrentThread().name(), "worker");
    EXPECT_NE(args.failure.exception, nullptr);
  });
  this->RunInThread([] { throw std::runtime_error("out of cheese"); });
  this->RunInThread([] { throw 7; });
  EXPECT_THAT(calls,
              testing::ElementsAre("worker: std::runtime_error: out of cheese", "worker: int"));
}

TYPED_TEST_P(HooksTest, SystemExitEndsAThreadInSilence) {
  bool called = false;
  bool after = false;
  TypeParam::SetExceptHook([&](const thread_base::ExceptHookArgs& /*args*/) { called = true; });
  this->RunInThread([&] {
    if (!called) throw thread_base::SystemExit();
    after = true;
  });
  EXPECT_FALSE(called);
  EXPECT_FALSE(after);
}

TYPED_TEST_P(HooksTest, WithoutAHookALineIsWritten) {
  testing::internal::CaptureStderr();
  this->RunInThread([] { throw std::runtime_error("out of cheese"); });
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "Exception in thread worker: std::runtime_error: out of cheese\n");
}

TYPED_TEST_P(HooksTest, AnExceptHookMayThrow) {
  TypeParam::SetExceptHook(
      [](const thread_base::ExceptHookArgs& /*args*/) { throw std::logic_error("so does this"); });
  testing::internal::CaptureStderr();
  this->RunInThread([] { throw std::runtime_error("out of cheese"); });
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "Exception in the except hook of threads: std::logic_error: so does this\n"
            "Exception in thread worker: std::runtime_error: out of cheese\n");
}

TYPED_TEST_P(HooksTest, AThreadHookThatThrowsIsReportedAndTheBodyDoesNotRun) {
  std::vector<std::string> calls;
  TypeParam::SetExceptHook(
      [&](const thread_base::ExceptHookArgs& args) { calls.push_back(args.failure.what); });
  TypeParam::SetThreadHook([] { throw std::runtime_error("no"); });
  this->RunInThread([&] { calls.emplace_back("body"); });
  EXPECT_THAT(calls, testing::ElementsAre("no"));
}

REGISTER_TYPED_TEST_SUITE_P(HooksTest, TheThreadHookRunsBeforeEachBody,
                            TheExceptHookIsGivenWhatLeavesABody, SystemExitEndsAThreadInSilence,
                            WithoutAHookALineIsWritten, AnExceptHookMayThrow,
                            AThreadHookThatThrowsIsReportedAndTheBodyDoesNotRun);

#else

REGISTER_TYPED_TEST_SUITE_P(HooksTest, TheThreadHookRunsBeforeEachBody);

#endif

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_HOOKS_H_
