#include "someos/backends/poll/poll_registrations.h"

#include <poll.h>

#include <climits>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace someos::select::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::pair<int, int>> Contents(PollRegistrations& registrations) {
  std::vector<std::pair<int, int>> contents;
  if (registrations.has_gaps()) registrations.CloseGaps();
  EXPECT_FALSE(registrations.has_gaps());
  for (const pollfd& entry : registrations.entries()) {
    contents.push_back({entry.fd, entry.events});
  }
  return contents;
}

TEST(PollRegistrations, KeepTheOrderOfTheFirstSet) {
  PollRegistrations registrations;
  EXPECT_THAT(Contents(registrations), IsEmpty());
  registrations.Set(9, 1);
  registrations.Set(INT_MAX, 2);
  registrations.Set(0, 3);
  registrations.Set(9, 4);
  EXPECT_TRUE(registrations.Change(0, 5));
  EXPECT_THAT(Contents(registrations), ElementsAre(Pair(9, 4), Pair(INT_MAX, 2), Pair(0, 5)));
}

TEST(PollRegistrations, WhatWasRemovedComesBackAtTheEnd) {
  PollRegistrations registrations;
  for (const int fd : {1, 2, 3}) registrations.Set(fd, 0);
  EXPECT_TRUE(registrations.Remove(1));
  registrations.Set(1, 7);
  EXPECT_TRUE(registrations.Change(3, 8));  // past a gap
  EXPECT_THAT(Contents(registrations), ElementsAre(Pair(2, 0), Pair(3, 8), Pair(1, 7)));
  EXPECT_TRUE(registrations.Change(3, 9));  // after the gap is closed
  EXPECT_THAT(Contents(registrations), ElementsAre(Pair(2, 0), Pair(3, 9), Pair(1, 7)));
}

TEST(PollRegistrations, TheUnknownIsToldFromTheKnown) {
  PollRegistrations registrations;
  EXPECT_FALSE(registrations.Change(3, 0));
  EXPECT_FALSE(registrations.Remove(3));
  registrations.Set(3, 0);
  EXPECT_TRUE(registrations.Remove(3));
  EXPECT_FALSE(registrations.Change(3, 0));
  EXPECT_FALSE(registrations.Remove(3));
  EXPECT_THAT(Contents(registrations), IsEmpty());
}

TEST(PollRegistrations, ManyRemovalsBetweenTwoWaits) {
  PollRegistrations registrations;
  for (int fd = 0; fd < 1000; ++fd) registrations.Set(fd, 0);
  for (int fd = 0; fd < 1000; ++fd) {
    if (fd % 100 != 7) {
      ASSERT_TRUE(registrations.Remove(fd));
    }
  }
  ASSERT_TRUE(registrations.Change(907, 1));
  for (int round = 0; round < 10'000; ++round) {
    registrations.Set(5, 0);
    ASSERT_TRUE(registrations.Remove(5));
  }
  const std::vector<std::pair<int, int>> contents = Contents(registrations);
  ASSERT_EQ(contents.size(), 10u);
  EXPECT_THAT(contents.front(), Pair(7, 0));
  EXPECT_THAT(contents.back(), Pair(907, 1));
}

}  // namespace
}  // namespace someos::select::internal
