#include "someos/backends/base/random_bytes.h"

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"

namespace someos::base {
namespace {

TEST(RandomBytesTest, AreAsManyAsAskedFor) {
  for (const size_t count : {0, 1, 24, 256}) {
    const absl::StatusOr<std::string> bytes = RandomBytes(count);
    ASSERT_THAT(bytes, Succeeds());
    EXPECT_EQ(bytes->size(), count);
  }
}

TEST(RandomBytesTest, AreOthersEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(*RandomBytes(16));
  EXPECT_EQ(seen.size(), 100);
}

TEST(RandomBytesTest, MoreThanTheSystemGivesIsAnError) {
#ifndef __linux__
  GTEST_SKIP() << "this system has no limit";
#endif
  EXPECT_THAT(RandomBytes(257), FailsWithErrno(EIO, "getentropy"));
}

}  // namespace
}  // namespace someos::base
