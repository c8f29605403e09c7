#include "someos/api/multiprocessing/process/current_process.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/process/cpu_count.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

TEST(CurrentProcessTest, HasAKeyThatChildrenInherit) {
  ASSERT_THAT(CurrentProcess().authkey(), Succeeds());
  const std::string key = *CurrentProcess().authkey();
  EXPECT_EQ(key.size(), 32);
  EXPECT_NE(key, std::string(32, '\0'));
  EXPECT_EQ(*CurrentProcess().authkey(), key);
  ExpectInChild([&] {
    EXPECT_EQ(*CurrentProcess().authkey(), key);
    CurrentProcess().SetAuthkey("the child's");
    EXPECT_EQ(*CurrentProcess().authkey(), "the child's");
  });
  EXPECT_EQ(*CurrentProcess().authkey(), key);
}

TEST(CurrentProcessTest, TheKeyMayBeReplaced) {
  const std::string key("any \0 bytes", 11);
  CurrentProcess().SetAuthkey(key);
  EXPECT_EQ(*CurrentProcess().authkey(), key);
}

TEST(CpuCountTest, ThoseOfTheMachineAndThoseOfTheProcess) {
  EXPECT_GE(ProcessCpuCount(), 1U);
  EXPECT_GE(CpuCount(), ProcessCpuCount());
}

}  // namespace
}  // namespace someos::multiprocessing
