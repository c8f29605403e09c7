#include "someos/backends/base/fork_generation.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <cstdint>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace someos::base {
namespace {

// The exit status of a forked child that runs `body`.
template <typename Body>
int InChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST(ForkGenerationTest, DiffersInAChildAndStaysInTheParent) {
  WatchForForks();
  const uint32_t here = ForkGeneration();
  EXPECT_EQ(InChild([here] { return ForkGeneration() != here ? 0 : 1; }), 0);
  EXPECT_EQ(ForkGeneration(), here);
}

TEST(ForkGenerationTest, DiffersInAGrandchild) {
  WatchForForks();
  EXPECT_EQ(InChild([] {
              const uint32_t child = ForkGeneration();
              return InChild([child] { return ForkGeneration() != child ? 0 : 1; });
            }),
            0);
}

// One that rebuilds in each generation compares with all of them.
TEST(ForkGenerationTest, NoAncestorHasTheSame) {
  WatchForForks();
  const uint32_t here = ForkGeneration();
  EXPECT_EQ(InChild([here] {
              const uint32_t child = ForkGeneration();
              return InChild([here, child] {
                const uint32_t grandchild = ForkGeneration();
                if (grandchild == here || grandchild == child) return 1;
                return InChild([here, child, grandchild] {
                  const uint32_t now = ForkGeneration();
                  return now == here || now == child || now == grandchild ? 2 : 0;
                });
              });
            }),
            0);
}

TEST(ForkGenerationTest, StaysTheSameFromForkToFork) {
  WatchForForks();
  const uint32_t here = ForkGeneration();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(InChild([here] {
                const uint32_t child = ForkGeneration();
                if (child == here) return 1;
                // Its own child does not change it.
                return InChild([] { return 0; }) == 0 && ForkGeneration() == child ? 0 : 2;
              }),
              0);
    EXPECT_EQ(ForkGeneration(), here);
  }
}

// A child that begins to watch once more counts its own forks once.
TEST(ForkGenerationTest, WatchingInTheChildCountsOnce) {
  WatchForForks();
  EXPECT_EQ(InChild([] {
              WatchForForks();
              const uint32_t child = ForkGeneration();
              return InChild([child] { return ForkGeneration() == child + 1 ? 0 : 1; });
            }),
            0);
}

TEST(ForkGenerationTest, CountsForksOfEveryThread) {
  WatchForForks();
  const uint32_t here = ForkGeneration();
  int result = -1;
  std::thread([&] {
    result = InChild([here] { return ForkGeneration() == here + 1 ? 0 : 1; });
  }).join();
  EXPECT_EQ(result, 0);
  EXPECT_EQ(ForkGeneration(), here);
}

// Such a child runs no fork handlers.
TEST(ForkGenerationTest, DiffersInTheChildOfABareClone) {
#if defined(__linux__) && defined(SYS_clone) && defined(MADV_WIPEONFORK)
  WatchForForks();
  void* const page = mmap(nullptr, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const bool wipes = madvise(page, 1, MADV_WIPEONFORK) == 0;
  munmap(page, 1);
  if (!wipes) GTEST_SKIP() << "the kernel has no MADV_WIPEONFORK";
  const uint32_t here = ForkGeneration();
  const long child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(InForkGeneration(here) ? 1 : ForkGeneration() == here ? 2 : 0);
  int status = -1;
  ASSERT_EQ(waitpid(static_cast<pid_t>(child), &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(InForkGeneration(here));
#else
  GTEST_SKIP() << "this system has no clone(2) and no MADV_WIPEONFORK";
#endif
}

TEST(ForkGenerationTest, IsTheProcessesOwn) {
  WatchForForks();
  const uint32_t here = ForkGeneration();
  EXPECT_TRUE(InForkGeneration(here));
  EXPECT_FALSE(InForkGeneration(kNoForkGeneration));
  EXPECT_EQ(InChild([here] {
              // Before anybody has asked for the generation of the child, and afterwards.
              if (InForkGeneration(here)) return 1;
              return InForkGeneration(ForkGeneration()) && !InForkGeneration(here) ? 0 : 2;
            }),
            0);
}

TEST(ForkGenerationTest, WatchingTwiceCountsOnce) {
  WatchForForks();
  WatchForForks();
  const uint32_t here = ForkGeneration();
  EXPECT_EQ(InChild([here] { return ForkGeneration() == here + 1 ? 0 : 1; }), 0);
}

TEST(ForkGenerationTest, TheErrorNamesTheOperationAndTheWayOut) {
  const absl::Status status = ForkedError("wait");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message().find("wait: "), 0u);
  EXPECT_NE(status.message().find("RebuildAfterFork"), std::string::npos);
}

}  // namespace
}  // namespace someos::base
