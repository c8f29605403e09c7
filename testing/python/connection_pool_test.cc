// Runs the workers.

#include <stdlib.h>

#include <cstdio>

#include "gtest/gtest.h"
#include "someos/testing/shell_command.h"

namespace someos::python {
namespace {

TEST(ConnectionPool, HasNoMoreThanItsConnections) {
  const CommandResult result = RunShellCommand(getenv("CONNECTION_POOL"));
  int workers = 0;
  int most = 0;
  EXPECT_EQ(
      std::sscanf(result.output.c_str(), "%d workers, at most %d connections", &workers, &most), 2);
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_EQ(workers, 20);
  EXPECT_GE(most, 1);
  EXPECT_LE(most, 5);
}

}  // namespace
}  // namespace someos::python
