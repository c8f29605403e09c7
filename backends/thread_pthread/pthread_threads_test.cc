// What threads of the system show of themselves.

#include <pthread.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "gtest/gtest.h"
#include "someos/backends/thread_pthread/thread_pthread.h"
#include "someos/testing/status_matchers.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace someos::thread_pthread {
namespace {

// Started and joined before main().
bool started_early = false;
[[maybe_unused]] const bool kJoinedEarly = [] {
  Threads::Thread thread([] { started_early = true; });
  return thread.Start().ok() && thread.Join().value_or(false);
}();
// Destroyed after main().
Threads::Thread kept([] {});

TEST(PthreadThreadsTest, MayBeStartedBeforeMain) {
  EXPECT_TRUE(kJoinedEarly);
  EXPECT_TRUE(started_early);
  EXPECT_THAT(kept.Start(), Succeeds());
}

TEST(PthreadThreadsTest, TheIdentIsPthreadSelf) {
  const auto ident = static_cast<uintptr_t>(Threads::GetIdent());
  pthread_t self;
  static_assert(sizeof self == sizeof ident);
  std::memcpy(&self, &ident, sizeof self);
  EXPECT_NE(pthread_equal(self, pthread_self()), 0);
}

#ifdef __linux__

std::string KernelNameOfThread(const char* given) {
  char name[16] = {};
  Threads::Thread thread([&] { pthread_getname_np(pthread_self(), name, sizeof name); }, {given});
  EXPECT_THAT(thread.Start(), Succeeds());
  EXPECT_TRUE(thread.Join().value_or(false));
  return name;
}

TEST(PthreadThreadsTest, TheKernelKnowsTheName) {
  EXPECT_EQ(KernelNameOfThread("worker"), "worker");
  EXPECT_EQ(KernelNameOfThread("fifteen bytes o"), "fifteen bytes o");
  EXPECT_EQ(KernelNameOfThread("sixteen bytes of"), "sixteen bytes o");
  EXPECT_EQ(KernelNameOfThread("fourteen bytes\u00e9"), "fourteen bytes") << "no half character";
}

TEST(PthreadThreadsTest, TheNativeIdIsTheKernels) {
  EXPECT_EQ(Threads::GetNativeId(), getpid());
  std::optional<int64_t> kernels;
  Threads::Thread thread([&] { kernels = syscall(SYS_gettid); });
  ASSERT_THAT(thread.Start(), Succeeds());
  const std::optional<int64_t> while_it_runs = thread.native_id();
  ASSERT_TRUE(thread.Join().value_or(false));
  EXPECT_EQ(while_it_runs, kernels);
  EXPECT_EQ(thread.native_id(), kernels);
}

size_t SizeOfOwnStack() {
  pthread_attr_t attributes;
  EXPECT_EQ(pthread_getattr_np(pthread_self(), &attributes), 0);
  size_t size = 0;
  EXPECT_EQ(pthread_attr_getstacksize(&attributes, &size), 0);
  pthread_attr_destroy(&attributes);
  return size;
}

TEST(PthreadThreadsTest, TheStackHasTheSizeAskedFor) {
  size_t size = 0;
  Threads::Thread thread([&] { size = SizeOfOwnStack(); },
                         {/*name=*/"", /*daemon=*/false, /*stack_size=*/300'001});
  ASSERT_THAT(thread.Start(), Succeeds());
  ASSERT_TRUE(thread.Join().value_or(false));
  EXPECT_GE(size, 300'001U);
  EXPECT_LT(size, 8U << 20) << "the default";
}

#endif

// pthread_exit(3) in a body ends the thread, and no exception is reported.
TEST(PthreadThreadsTest, PthreadExitEndsABody) {
  bool reported = false;
  Threads::SetExceptHook([&](const thread_base::ExceptHookArgs& /*args*/) { reported = true; });
  Threads::Thread thread([] { pthread_exit(nullptr); });
  EXPECT_THAT(thread.Start(), Succeeds());
  EXPECT_TRUE(thread.Join().value_or(false));
  EXPECT_FALSE(thread.is_alive());
  EXPECT_FALSE(reported);
  Threads::SetExceptHook({});
}

}  // namespace
}  // namespace someos::thread_pthread
