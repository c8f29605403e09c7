#include "someos/api/guard_list.h"

#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "someos/api/guard_state.h"

namespace someos::internal {
namespace {

// Fills an entry in a thread that ends with it, and empties it afterwards if `ends`.
GuardList::Entry* AddInThread(const GuardState& state, bool ends) {
  GuardList::Entry* entry = nullptr;
  std::thread([&] {
    entry = GuardList::Add(state);
    if (ends) entry->store(nullptr);
  }).join();
  return entry;
}

TEST(GuardList, TheListOfAThreadThatHasEndedIsUsedAgain) {
  const GuardState state;
  GuardList::Entry* const first = AddInThread(state, true);
  ASSERT_NE(first, nullptr);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(AddInThread(state, true), first);
}

TEST(GuardList, WhatIsAliveIsNotOverwritten) {
  const GuardState state;
  GuardState other;
  GuardList::Entry* const kept = AddInThread(state, false);
  for (int i = 0; i < 100; ++i) EXPECT_NE(AddInThread(other, true), kept);
  EXPECT_TRUE(GuardList::Contains(state));
  EXPECT_FALSE(GuardList::Contains(other));
  kept->store(nullptr);
  EXPECT_FALSE(GuardList::Contains(state));
}

TEST(GuardList, IsFullAtSomeTimeAndNotForEver) {
  const GuardState state;
  std::vector<GuardList::Entry*> entries;
  while (GuardList::Entry* const entry = GuardList::Add(state)) {
    entries.push_back(entry);
    ASSERT_LT(entries.size(), 1000U);
  }
  EXPECT_GE(entries.size(), 4U);
  entries.front()->store(nullptr);
  EXPECT_EQ(GuardList::Add(state), entries.front());
  GuardList::Remove(state);
  EXPECT_FALSE(GuardList::Contains(state));
  for (const GuardList::Entry* entry : entries) EXPECT_EQ(entry->load(), nullptr);
}

}  // namespace
}  // namespace someos::internal
