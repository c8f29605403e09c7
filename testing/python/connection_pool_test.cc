// Runs the workers.

#include <stdlib.h>

#include <cstdio>

#include "gtest/gtest.h"

namespace someos::python {
namespace {

TEST(ConnectionPool, HasNoMoreThanItsConnections) {
  FILE* const output = popen(getenv("CONNECTION_POOL"), "r");
  ASSERT_NE(output, nullptr);
  int workers = 0;
  int most = 0;
  EXPECT_EQ(std::fscanf(output, "%d workers, at most %d connections", &workers, &most), 2);
  EXPECT_EQ(pclose(output), 0);
  EXPECT_EQ(workers, 20);
  EXPECT_GE(most, 1);
  EXPECT_LE(most, 5);
}

}  // namespace
}  // namespace someos::python
