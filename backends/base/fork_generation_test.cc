#include "someos/backends/base/fork_generation.h"

#include <sys/wait.h>
#include <unistd.h>

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
