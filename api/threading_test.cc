#include "someos/api/threading.h"

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

// Whatever backend is linked: a program that would run on each.
TEST(Threading, IsTheModuleOfTheLinkedBackend) {
  threading::Lock lock;
  threading::Event done;
  threading::BoundedSemaphore places(2);
  threading::Local<int> own;
  int sum = 0;
  std::vector<threading::Thread> threads;
  for (int i = 1; i <= 5; ++i) {
    threads.emplace_back([&, i] {
      const std::scoped_lock place(places);
      *own += i;
      const std::scoped_lock held(lock);
      sum += *own;
      if (sum == 15) done.Set();
    });
    ASSERT_THAT(threads.back().Start(), Succeeds());
  }
  EXPECT_THAT(done.Wait(), Succeeds());
  for (threading::Thread& thread : threads) EXPECT_THAT(thread.Join(), Succeeds());
  EXPECT_EQ(sum, 15);
  EXPECT_EQ(*own, 0);
}

TEST(Threading, KnowsItsThreads) {
  EXPECT_EQ(threading::CurrentThread(), threading::MainThread());
  EXPECT_EQ(threading::CurrentThread().name(), "MainThread");
  EXPECT_EQ(threading::ActiveCount(), threading::Enumerate().size());
  EXPECT_NE(threading::GetIdent(), 0);
  EXPECT_NE(threading::GetNativeId(), 0);
  EXPECT_THAT(threading::StackSize(-1), FailsWithCode(absl::StatusCode::kInvalidArgument,
                                                      "size must be 0 or a positive value"));
}

TEST(Threading, CallsItsHooks) {
#ifdef ABSL_HAVE_EXCEPTIONS
  std::string said;
  int started = 0;
  threading::SetExceptHook(
      [&](const threading::ExceptHookArgs& args) { said = args.failure.ToString(); });
  threading::SetThreadHook([&] { ++started; });
  threading::Thread thread([] { throw std::runtime_error("no"); });
  EXPECT_THAT(thread.Start(), Succeeds());
  EXPECT_THAT(thread.Join(), Succeeds());
  threading::SetExceptHook(nullptr);
  threading::SetThreadHook(nullptr);
  EXPECT_EQ(said, "std::runtime_error: no");
  EXPECT_EQ(started, 1);
#else
  GTEST_SKIP() << "compiled without exceptions";
#endif
}

}  // namespace
}  // namespace someos
