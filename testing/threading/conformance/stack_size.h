// StackSize.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_STACK_SIZE_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_STACK_SIZE_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

// Skips where the size of stacks cannot be set.
#define SOMEOS_NEEDS_STACK_SIZES()                               \
  if (absl::IsUnimplemented(TypeParam::StackSize(0).status())) { \
    GTEST_SKIP() << "there are no stacks of threads";            \
  }

namespace someos {

template <typename Threads>
class StackSizeTest : public ThreadingTest<Threads> {
 protected:
  ~StackSizeTest() override { static_cast<void>(Threads::StackSize(0)); }
};
TYPED_TEST_SUITE_P(StackSizeTest);

TYPED_TEST_P(StackSizeTest, IsUnsupportedWithoutThreads) {
  EXPECT_THAT(TypeParam::StackSize(), Returns(0U));
  if (!TypeParam::Core::kInline) GTEST_SKIP() << "it is supported";
  EXPECT_THAT(TypeParam::StackSize(0), FailsWithCode(absl::StatusCode::kUnimplemented,
                                                     "setting thread stack size not supported"));
}

// The rows are what Python 2.7 and 3.13 say.
TYPED_TEST_P(StackSizeTest, IsCheckedAsPythonDoes) {
  SOMEOS_NEEDS_STACK_SIZES();
  const auto refuses = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, message);
  };
  EXPECT_THAT(TypeParam::StackSize(), Returns(0U));
  EXPECT_THAT(TypeParam::StackSize(-1), refuses("size must be 0 or a positive value"));
  EXPECT_THAT(TypeParam::StackSize(1), refuses("size not valid: 1 bytes"));
  EXPECT_THAT(TypeParam::StackSize(32767), refuses("size not valid: 32767 bytes"));
  EXPECT_THAT(TypeParam::StackSize(100001), Returns(0U));
  EXPECT_THAT(TypeParam::StackSize(), Returns(100001U)) << "not rounded";
  EXPECT_THAT(TypeParam::StackSize(0), Returns(100001U));
  EXPECT_THAT(TypeParam::StackSize(), Returns(0U));
}

TYPED_TEST_P(StackSizeTest, MoreThanThereIsFailsAtTheStart) {
  SOMEOS_NEEDS_STACK_SIZES();
  if (sizeof(size_t) < 8) GTEST_SKIP() << "the address space is smaller";
  bool ran = false;
  typename TypeParam::Thread thread([&] { ran = true; });
  ASSERT_THAT(TypeParam::StackSize(int64_t{1} << 50), Succeeds());
  EXPECT_THAT(thread.Start(),
              FailsWithCode(absl::StatusCode::kResourceExhausted, "can't start new thread"));
  EXPECT_FALSE(ran);
  EXPECT_FALSE(thread.is_alive());
  EXPECT_THAT(thread.Join(), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                           "cannot join thread before it is started"));
  ASSERT_THAT(TypeParam::StackSize(0), Succeeds());
  EXPECT_THAT(thread.Start(), Succeeds()) << "once there is memory";
  EXPECT_THAT(thread.Join(), Returns(true));
  EXPECT_TRUE(ran);
}

// Writes to all of a megabyte of stack.
inline void UseAMegabyte() {
  volatile char stack[1 << 20];
  for (size_t i = 0; i < sizeof stack; i += 1024) stack[i] = 1;
}

TYPED_TEST_P(StackSizeTest, AThreadMayHaveAStackOfItsOwnSize) {
  SOMEOS_NEEDS_STACK_SIZES();
  ASSERT_THAT(TypeParam::StackSize(256 * 1024), Succeeds());
  typename TypeParam::Thread large(UseAMegabyte,
                                   {/*name=*/"", /*daemon=*/false, /*stack_size=*/4 << 20});
  EXPECT_THAT(large.Start(), Succeeds());
  EXPECT_THAT(large.Join(), Returns(true));
  typename TypeParam::Thread invalid([] {}, {/*name=*/"", /*daemon=*/false, /*stack_size=*/1});
  EXPECT_THAT(invalid.Start(),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "size not valid: 1 bytes"));
}

REGISTER_TYPED_TEST_SUITE_P(StackSizeTest, IsUnsupportedWithoutThreads, IsCheckedAsPythonDoes,
                            MoreThanThereIsFailsAtTheStart, AThreadMayHaveAStackOfItsOwnSize);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_STACK_SIZE_H_
