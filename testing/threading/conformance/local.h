// Local.

#ifndef SOMEOS_TESTING_THREADING_CONFORMANCE_LOCAL_H_
#define SOMEOS_TESTING_THREADING_CONFORMANCE_LOCAL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/threading/conformance/fixture.h"

namespace someos {

template <typename Threads>
class LocalTest : public ThreadingTest<Threads> {
 protected:
  template <typename T>
  using Local = typename Threads::template Local<T>;

  template <typename Function>
  static void RunInThread(Function function) {
    typename Threads::Thread thread(std::move(function));
    ASSERT_THAT(thread.Start(), Succeeds());
    ASSERT_THAT(thread.Join(), Returns(true));
  }
};
TYPED_TEST_SUITE_P(LocalTest);

TYPED_TEST_P(LocalTest, EachThreadHasItsOwnValue) {
  typename TestFixture::template Local<std::string> local;
  EXPECT_EQ(*local, "");
  *local = "main";
  this->RunInThread([&] {
    EXPECT_EQ(*local, "");
    local->append("thread");
    EXPECT_EQ(local.Get(), "thread");
  });
  EXPECT_EQ(*local, "main");
}

TYPED_TEST_P(LocalTest, AValueIsMadeOnceInEachThread) {
  int made = 0;
  typename TestFixture::template Local<int> local([&] { return ++made; });
  EXPECT_EQ(made, 0);
  this->RunInThread([&] {
    EXPECT_EQ(*local, 1);
    EXPECT_EQ(*local, 1);
  });
  EXPECT_EQ(*local, 2);
}

TYPED_TEST_P(LocalTest, AValueIsDestroyedAtTheEndOfItsThread) {
  std::weak_ptr<int> watch;
  typename TestFixture::template Local<std::shared_ptr<int>> local(
      [] { return std::make_shared<int>(1); });
  this->RunInThread([&] {
    watch = *local;
    EXPECT_FALSE(watch.expired());
  });
  EXPECT_TRUE(watch.expired());
}

TYPED_TEST_P(LocalTest, ValuesAreDestroyedWithTheLocal) {
  std::weak_ptr<int> watch;
  {
    typename TestFixture::template Local<std::shared_ptr<int>> local(
        [] { return std::make_shared<int>(1); });
    watch = *local;
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
  typename TestFixture::template Local<std::shared_ptr<int>> another;
  EXPECT_EQ(*another, nullptr) << "the value of the one before";
}

// Uses a Local when its thread ends.
template <typename Local>
struct UsesLocal {
  Local* local = nullptr;
  UsesLocal() = default;
  UsesLocal(UsesLocal&& other) noexcept : local(std::exchange(other.local, nullptr)) {}
  UsesLocal& operator=(UsesLocal&&) = delete;
  ~UsesLocal() {
    if (local != nullptr) **local = "used";
  }
};

TYPED_TEST_P(LocalTest, TheDestructorOfAValueMayUseAnother) {
  using Strings = typename TestFixture::template Local<std::string>;
  Strings strings;
  typename TestFixture::template Local<UsesLocal<Strings>> users;
  this->RunInThread([&] { users->local = &strings; });
  EXPECT_EQ(*strings, "");
}

TYPED_TEST_P(LocalTest, ManyLocals) {
  constexpr int kLocals = 100;
  std::vector<std::unique_ptr<typename TestFixture::template Local<int>>> locals;
  locals.reserve(kLocals);
  for (int i = 0; i < kLocals; ++i) {
    locals.push_back(
        std::make_unique<typename TestFixture::template Local<int>>([i] { return i; }));
  }
  for (int i = 0; i < kLocals; ++i) EXPECT_EQ(**locals[i], i);
  locals[50] = std::make_unique<typename TestFixture::template Local<int>>([] { return -1; });
  EXPECT_EQ(**locals[50], -1);
  EXPECT_EQ(**locals[51], 51);
}

REGISTER_TYPED_TEST_SUITE_P(LocalTest, EachThreadHasItsOwnValue, AValueIsMadeOnceInEachThread,
                            AValueIsDestroyedAtTheEndOfItsThread, ValuesAreDestroyedWithTheLocal,
                            TheDestructorOfAValueMayUseAnother, ManyLocals);

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CONFORMANCE_LOCAL_H_
