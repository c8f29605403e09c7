#include "someos/backends/mapping_base/guard_table.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace someos::mapping_base {
namespace {

TEST(GuardTable, FindsTheRangeOfAnAddress) {
  GuardEntry& entry = GuardTable::Claim();
  EXPECT_EQ(GuardTable::Find(4096), nullptr);
  entry.SetRange({4096, 8192, 3});
  EXPECT_EQ(GuardTable::Find(4095), nullptr);
  EXPECT_EQ(GuardTable::Find(4096), &entry);
  EXPECT_EQ(GuardTable::Find(8191), &entry);
  EXPECT_EQ(GuardTable::Find(8192), nullptr);
  EXPECT_EQ(entry.range().protection, 3);
  GuardTable::Release(entry);
  EXPECT_EQ(GuardTable::Find(4096), nullptr);
}

TEST(GuardTable, GrowsAndUsesEntriesAgain) {
  std::vector<GuardEntry*> entries;
  for (uintptr_t i = 1; i <= 1000; ++i) {
    entries.push_back(&GuardTable::Claim());
    entries.back()->SetRange({i * 4096, (i + 1) * 4096, 1});
  }
  for (uintptr_t i = 1; i <= 1000; ++i) EXPECT_EQ(GuardTable::Find(i * 4096 + 5), entries[i - 1]);
  GuardTable::Release(*entries[500]);
  EXPECT_EQ(&GuardTable::Claim(), entries[500]);
  EXPECT_EQ(GuardTable::Find(uintptr_t{501} * 4096), nullptr);
  for (GuardEntry* entry : entries) GuardTable::Release(*entry);
}

TEST(GuardTable, ANewMappingHasNoZerosOfTheLast) {
  GuardEntry& entry = GuardTable::Claim();
  entry.AddZeros(8192);
  entry.AddZeros(4096);
  entry.AddZeros(12288);
  EXPECT_EQ(entry.zeros(), 4096U);
  entry.state().Enter();
  entry.state().LossBegins();
  GuardTable::Release(entry);
  GuardEntry& again = GuardTable::Claim();
  ASSERT_EQ(&again, &entry);
  EXPECT_EQ(again.zeros(), UINTPTR_MAX);
  EXPECT_FALSE(again.state().held());
  EXPECT_TRUE(again.state().Whole(again.state().begun()));
  GuardTable::Release(again);
}

}  // namespace
}  // namespace someos::mapping_base
