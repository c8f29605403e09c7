#include "someos/backends/poller_base/always_ready.h"

#include <optional>
#include <vector>

#include "gtest/gtest.h"

namespace someos::poller_base {
namespace {

constexpr FileIdentity kFile = {/*digest=*/{1}, S_IFREG};
constexpr FileIdentity kOtherFile = {/*digest=*/{2}, S_IFREG};

std::vector<int> Take(AlwaysReady& files, int count) {
  std::vector<int> taken;
  for (int i = 0; i < count; ++i) taken.push_back(files.Next().value_or(-1));
  return taken;
}

TEST(AlwaysReadyTest, HandsNothingOutWhenEmpty) {
  AlwaysReady files;
  EXPECT_EQ(files.active(), 0u);
  EXPECT_EQ(files.Next(), std::nullopt);
}

TEST(AlwaysReadyTest, HandsEachFileOutInItsTurn) {
  AlwaysReady files;
  for (const int fd : {7, 3, 5, 0}) files.Add(fd, kFile, /*active=*/true);
  EXPECT_EQ(Take(files, 5), (std::vector<int>{0, 3, 5, 7, 0}));
}

TEST(AlwaysReadyTest, BeginsWithTheLowestAndComesBackToIt) {
  AlwaysReady files;
  for (const int fd : {0, 1}) files.Add(fd, kFile, /*active=*/true);
  EXPECT_EQ(Take(files, 4), (std::vector<int>{0, 1, 0, 1}));
}

// Whose turn is next does not hang on whether the last one is still there.
TEST(AlwaysReadyTest, GoesOnBehindOneThatIsGone) {
  AlwaysReady files;
  for (const int fd : {3, 5, 7}) files.Add(fd, kFile, /*active=*/true);
  EXPECT_EQ(Take(files, 2), (std::vector<int>{3, 5}));
  files.Remove(5);
  EXPECT_EQ(Take(files, 2), (std::vector<int>{7, 3}));
  files.SetActive(3, false);
  EXPECT_EQ(Take(files, 2), (std::vector<int>{7, 7}));
  files.Remove(7);
  EXPECT_EQ(files.active(), 0u);
  EXPECT_EQ(files.Next(), std::nullopt);
}

TEST(AlwaysReadyTest, KeepsInactiveFilesToItself) {
  AlwaysReady files;
  files.Add(3, kFile, /*active=*/true);
  files.Add(5, kFile, /*active=*/false);
  EXPECT_EQ(files.active(), 1u);
  EXPECT_EQ(Take(files, 2), (std::vector<int>{3, 3}));
  files.SetActive(5, true);
  EXPECT_EQ(Take(files, 2), (std::vector<int>{5, 3}));
}

TEST(AlwaysReadyTest, CountsAFileOnce) {
  AlwaysReady files;
  files.Add(3, kFile, /*active=*/true);
  files.Add(3, kOtherFile, /*active=*/true);
  EXPECT_EQ(files.active(), 1u);
  files.SetActive(3, true);
  EXPECT_EQ(files.active(), 1u);
  files.Remove(3);
  files.Remove(3);
  EXPECT_EQ(files.active(), 0u);
}

TEST(AlwaysReadyTest, KnowsWhichFileItHolds) {
  AlwaysReady files;
  files.Add(3, kFile, /*active=*/false);
  EXPECT_TRUE(files.Holds(3, kFile));
  EXPECT_FALSE(files.Holds(3, kOtherFile));
  EXPECT_FALSE(files.Holds(4, kFile));
}

}  // namespace
}  // namespace someos::poller_base
