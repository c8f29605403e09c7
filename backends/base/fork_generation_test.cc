#include "someos/backends/base/fork_generation.h"

#include <sys/wait.h>
#include <unistd.h>

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
