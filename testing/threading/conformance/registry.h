// Which threads there are, and which one runs: CurrentThread, MainThread, Enumerate, ActiveCount.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_REGISTRY_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_REGISTRY_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

namespace someos {

template <typename Threads>
class RegistryTest : public ThreadingTest<Threads> {
 protected:
  using ThreadRef = typename Threads::ThreadRef;

  static bool IsEnumerated(const ThreadRef& thread) {
    const std::vector<ThreadRef> all = Threads::Enumerate();
    return std::find(all.begin(), all.end(), thread) != all.end();
  }
};
TYPED_TEST_SUITE_P(RegistryTest);

TYPED_TEST_P(RegistryTest, TheMainThread) {
  auto main = TypeParam::MainThread();
  EXPECT_EQ(main, TypeParam::CurrentThread());
  EXPECT_EQ(main.name(), "MainThread");
  EXPECT_TRUE(main.is_alive());
  EXPECT_FALSE(main.daemon());
  EXPECT_EQ(main.ident(), TypeParam::GetIdent());
  EXPECT_EQ(main.native_id(), TypeParam::GetNativeId());
  EXPECT_TRUE(this->IsEnumerated(main));
  EXPECT_THAT(main.SetDaemon(true), FailsWithCode(absl::StatusCode::kFailedPrecondition,
                                                  "cannot set daemon status of active thread"));
  typename TypeParam::Thread thread([&] {
    EXPECT_EQ(TypeParam::MainThread(), main);
    EXPECT_NE(TypeParam::CurrentThread(), main);
    EXPECT_THAT(main.Join(absl::Milliseconds(5)), Returns(false));
  });
  EXPECT_THAT(thread.Start(), Succeeds());
}

TYPED_TEST_P(RegistryTest, AThreadIsEnumeratedWhileItLives) {
  const size_t before = TypeParam::ActiveCount();
  std::optional<typename TypeParam::ThreadRef> inside;
  typename TypeParam::Thread thread([&] {
    inside = TypeParam::CurrentThread();
    EXPECT_TRUE(inside->is_alive());
    EXPECT_TRUE(this->IsEnumerated(*inside));
    EXPECT_EQ(TypeParam::ActiveCount(), before + 1);
  });
  EXPECT_FALSE(this->IsEnumerated(thread)) << "not started";
  ASSERT_THAT(thread.Start(), Succeeds());
  ASSERT_THAT(thread.Join(), Returns(true));
  EXPECT_EQ(*inside, thread);
  EXPECT_FALSE(this->IsEnumerated(thread));
  EXPECT_EQ(TypeParam::ActiveCount(), before);
}

TYPED_TEST_P(RegistryTest, AThreadThatIsBeingStartedIsEnumerated) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  typename TypeParam::Thread thread([&] { EXPECT_THAT(gate.Acquire(), Returns(true)); });
  ASSERT_THAT(thread.Start(), Succeeds());
  EXPECT_TRUE(this->IsEnumerated(thread));
  EXPECT_THAT(gate.Release(), Succeeds());
}

// Started by other means.
TYPED_TEST_P(RegistryTest, AForeignThread) {
  const size_t before = TypeParam::ActiveCount();
  std::optional<typename TypeParam::ThreadRef> kept;
  Crew crew;
  crew.Run([&] {
    auto self = TypeParam::CurrentThread();
    EXPECT_TRUE(absl::StartsWith(self.name(), "Dummy-")) << self.name();
    EXPECT_TRUE(self.daemon());
    EXPECT_TRUE(self.is_alive());
    EXPECT_EQ(self.ident(), TypeParam::GetIdent());
    EXPECT_EQ(self, TypeParam::CurrentThread());
    EXPECT_NE(self, TypeParam::MainThread());
    EXPECT_TRUE(this->IsEnumerated(self));
    EXPECT_EQ(TypeParam::ActiveCount(), before + 1);
    EXPECT_THAT(self.Join(),
                FailsWithCode(absl::StatusCode::kFailedPrecondition, "cannot join a dummy thread"));
    kept = self;
  });
  crew.Join();
  EXPECT_FALSE(kept->is_alive());
  EXPECT_FALSE(this->IsEnumerated(*kept));
  EXPECT_EQ(TypeParam::ActiveCount(), before);
}

// Asks who it is when all else of the thread is gone.
template <typename Threads>
struct AsksLate {
  bool* asked = nullptr;
  AsksLate() = default;
  AsksLate(const AsksLate&) = delete;
  AsksLate& operator=(const AsksLate&) = delete;
  ~AsksLate() {
    if (asked == nullptr) return;
    *asked = !Threads::CurrentThread().name().empty();
  }
};

TYPED_TEST_P(RegistryTest, ADestructorOfAThreadLocalObjectMayAsk) {
  const size_t before = TypeParam::ActiveCount();
  bool asked = false;
  Crew crew;
  crew.Run([&] {
    static thread_local AsksLate<TypeParam> object;  // made before, hence destroyed after
    object.asked = &asked;
    TypeParam::CurrentThread();
  });
  crew.Join();
  EXPECT_TRUE(asked);
  EXPECT_EQ(TypeParam::ActiveCount(), before);
}

TYPED_TEST_P(RegistryTest, AfterAForkTheForkingThreadIsTheMainThread) {
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  typename TypeParam::Thread other([&] { EXPECT_THAT(gate.Acquire(), Returns(true)); });
  ASSERT_THAT(other.Start(), Succeeds());
  auto old_main = TypeParam::MainThread();
  typename TypeParam::Thread forking(
      [&] {
        ExpectInChild([&] {
          auto self = TypeParam::CurrentThread();
          EXPECT_EQ(self.name(), "forking");
          EXPECT_EQ(TypeParam::MainThread(), self);
          EXPECT_EQ(self.native_id(), TypeParam::GetNativeId());
          EXPECT_THAT(TypeParam::Enumerate(), testing::ElementsAre(self));
          EXPECT_FALSE(other.is_alive());
          EXPECT_FALSE(old_main.is_alive());
          EXPECT_THAT(other.Join(), Returns(true));
        });
        EXPECT_NE(TypeParam::MainThread(), TypeParam::CurrentThread());
      },
      {"forking"});
  ASSERT_THAT(forking.Start(), Succeeds());
  EXPECT_THAT(forking.Join(), Returns(true));
  EXPECT_TRUE(other.is_alive());
  EXPECT_THAT(gate.Release(), Succeeds());
}

TYPED_TEST_P(RegistryTest, AChildMayStartThreads) {
#ifdef ABSL_HAVE_THREAD_SANITIZER
  GTEST_SKIP() << "ThreadSanitizer does not let the child of several threads start one";
#endif
  SOMEOS_NEEDS_THREADS();
  typename TypeParam::Lock gate;
  ASSERT_THAT(gate.Acquire(), Returns(true));
  typename TypeParam::Thread other([&] { EXPECT_THAT(gate.Acquire(), Returns(true)); });
  ASSERT_THAT(other.Start(), Succeeds());
  ExpectInChild([] {
    bool ran = false;
    typename TypeParam::Thread thread([&] { ran = true; });
    EXPECT_THAT(thread.Start(), Succeeds());
    EXPECT_THAT(thread.Join(), Returns(true));
    EXPECT_TRUE(ran);
    EXPECT_EQ(TypeParam::ActiveCount(), 1U);
  });
  EXPECT_THAT(gate.Release(), Succeeds());
}

TYPED_TEST_P(RegistryTest, AForeignThreadThatForksIsNamedMainThread) {
  Crew crew;
  crew.Run([&] {
    TypeParam::CurrentThread();
    ExpectInChild([&] {
      EXPECT_EQ(TypeParam::MainThread().name(), "MainThread");
      EXPECT_EQ(TypeParam::MainThread(), TypeParam::CurrentThread());
      EXPECT_FALSE(TypeParam::CurrentThread().daemon());
      EXPECT_THAT(TypeParam::CurrentThread().Join(),
                  FailsWithCode(absl::StatusCode::kFailedPrecondition, "cannot join current"));
    });
  });
}

REGISTER_TYPED_TEST_SUITE_P(RegistryTest, TheMainThread, AThreadIsEnumeratedWhileItLives,
                            AThreadThatIsBeingStartedIsEnumerated, AForeignThread,
                            ADestructorOfAThreadLocalObjectMayAsk,
                            AfterAForkTheForkingThreadIsTheMainThread, AChildMayStartThreads,
                            AForeignThreadThatForksIsNamedMainThread);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_REGISTRY_H_
