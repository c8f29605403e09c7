#include "someos/api/thread.h"

#include <csignal>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/linked_threads.h"
#include "someos/api/python_error.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

TEST(Thread, StartsAThreadAndReturnsItsIdent) {
  const std::unique_ptr<thread::LockType> done = thread::AllocateLock();
  ASSERT_TRUE(done->Acquire().value_or(false));
  uint64_t ident = 0;
  const absl::StatusOr<uint64_t> started = thread::StartNewThread([&] {
    ident = thread::GetIdent();
    EXPECT_THAT(done->Release(), Succeeds());
  });
  ASSERT_THAT(started, Succeeds());
  ASSERT_TRUE(done->Acquire().value_or(false));
  EXPECT_NE(ident, 0U);
  EXPECT_EQ(*started, ident);
  EXPECT_NE(ident, thread::GetIdent());
  EXPECT_NE(thread::GetNativeId(), 0);
}

// What Python 2.7 and 3.13 say.
TEST(Thread, ChecksAsPythonDoes) {
  EXPECT_EQ(Says(thread::StartNewThread(nullptr)), "TypeError: first arg must be callable");
  EXPECT_EQ(Says(thread::InterruptMain(77)), "ValueError: signal number out of range");
  EXPECT_EQ(Says(thread::InterruptMain(0)), "ValueError: signal number out of range");
  EXPECT_EQ(Says(thread::InterruptMain(-1)), "ValueError: signal number out of range");
  const std::unique_ptr<thread::LockType> lock = thread::AllocateLock();
  EXPECT_THAT(lock->Release(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "release unlocked lock"));
  EXPECT_EQ(PythonErrorOf(lock->Release()), PythonError::kRuntimeError);
  EXPECT_EQ(absl::ToInt64Seconds(thread::kTimeoutMax), 9223372036);
}

#if !SOMEOS_LINKS_THREAD_DUMMY
TEST(Thread, ChecksStackSizesAsPythonDoes) {
  EXPECT_EQ(Says(thread::StackSize()), "0");
  EXPECT_EQ(Says(thread::StackSize(-1)), "ValueError: size must be 0 or a positive value");
  EXPECT_EQ(Says(thread::StackSize(1)), "ValueError: size not valid: 1 bytes");
  EXPECT_EQ(Says(thread::StackSize(100001)), "0");
  EXPECT_EQ(Says(thread::StackSize(0)), "100001");
}

TEST(Thread, MoreStackThanThereIsFailsAtTheStart) {
  if (sizeof(size_t) < 8) GTEST_SKIP() << "the address space is smaller";
  ASSERT_THAT(thread::StackSize(int64_t{1} << 50), Succeeds());
  EXPECT_THAT(thread::StartNewThread([] {}),
              FailsWithCode(absl::StatusCode::kResourceExhausted, "can't start new thread"));
  EXPECT_THAT(thread::StackSize(0), Succeeds());
}
#endif

volatile std::sig_atomic_t interrupts = 0;
uint64_t interrupted = 0;

TEST(Thread, InterruptMainCallsTheHandlerInTheMainThread) {
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_handler = [](int /*signum*/) {
    interrupts = interrupts + 1;
    interrupted = static_cast<uint64_t>(thread::GetNativeId());
  };
  ASSERT_EQ(sigaction(SIGINT, &action, &before), 0);
  EXPECT_THAT(thread::InterruptMain(), Succeeds());
  EXPECT_EQ(interrupts, 1);
#ifdef __linux__
  const std::unique_ptr<thread::LockType> done = thread::AllocateLock();
  ASSERT_TRUE(done->Acquire().value_or(false));
  ASSERT_THAT(thread::StartNewThread([&] {
                EXPECT_THAT(thread::InterruptMain(), Succeeds());
                EXPECT_THAT(done->Release(), Succeeds());
              }),
              Succeeds());
  ASSERT_TRUE(done->Acquire().value_or(false));
  while (interrupts != 2) {
  }
  EXPECT_EQ(interrupted, static_cast<uint64_t>(thread::GetNativeId()));
#endif
  ASSERT_EQ(sigaction(SIGINT, &before, nullptr), 0);
}

TEST(Thread, InterruptMainDoesNothingWithoutAHandler) {
  EXPECT_THAT(thread::InterruptMain(SIGUSR1), Succeeds());
}

#ifdef ABSL_HAVE_EXCEPTIONS

TEST(Thread, SystemExitIsSilentAndOtherExceptionsAreWritten) {
  testing::internal::CaptureStderr();
  for (const bool silent : {true, false}) {
    // Released when the function is destroyed, after what it wrote.
    struct Releases {
      std::shared_ptr<thread::LockType> lock;
      Releases(const Releases&) = delete;
      Releases& operator=(const Releases&) = delete;
      Releases(Releases&& other) noexcept = default;
      explicit Releases(std::shared_ptr<thread::LockType> lock) : lock(std::move(lock)) {}
      ~Releases() {
        if (lock != nullptr) static_cast<void>(lock->Release());
      }
    };
    auto done = std::make_shared<thread::LockType>();
    ASSERT_TRUE(done->Acquire().value_or(false));
    ASSERT_THAT(thread::StartNewThread([silent, releases = Releases(done)] {
                  if (silent) throw thread::SystemExit();
                  throw std::runtime_error("out of cheese");
                }),
                Succeeds());
    ASSERT_TRUE(done->Acquire().value_or(false));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "Exception ignored in a thread: std::runtime_error: out of cheese\n");
}

#endif

}  // namespace
}  // namespace someos
