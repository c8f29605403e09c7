#include "someos/backends/poller_base/fd_table.h"

#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace someos::poller_base {
namespace {

struct Entry {
  std::atomic<int> value{0};
};

TEST(FdTableTest, FindsNothingInAnEmptyTable) {
  const FdTable<Entry> table;
  EXPECT_EQ(table.Find(0), nullptr);
  EXPECT_EQ(table.Find(1'000'000), nullptr);
}

TEST(FdTableTest, EntriesStartWithDefaultsAndKeepTheirPlace) {
  FdTable<Entry> table;
  Entry* const low = &table.At(3);
  EXPECT_EQ(low->value, 0);
  low->value = 7;
  table.At(1'000'000).value = 8;  // makes the directory grow
  EXPECT_EQ(&table.At(3), low);
  EXPECT_EQ(table.Find(3), low);
  EXPECT_EQ(table.Find(3)->value, 7);
  EXPECT_EQ(table.Find(1'000'000)->value, 8);
  EXPECT_EQ(table.Find(500'000), nullptr);
}

TEST(FdTableTest, ViewHasTheEntriesMadeBefore) {
  FdTable<Entry> table;
  table.At(3).value = 7;
  const FdTable<Entry>::View view = table.view();
  table.At(1'000'000).value = 8;  // in a directory of its own
  EXPECT_EQ(&view[3], table.Find(3));
  EXPECT_EQ(&table.view()[1'000'000], table.Find(1'000'000));
}

TEST(FdTableTest, VisitsEntriesInTheOrderOfTheirNumbers) {
  FdTable<Entry> table;
  for (const int fd : {5000, 1, 300}) table.At(fd).value = 1;
  std::vector<int> visited;
  table.ForEach([&](int fd, const Entry& entry) {
    if (entry.value == 1) visited.push_back(fd);
  });
  EXPECT_EQ(visited, (std::vector<int>{1, 300, 5000}));
}

TEST(FdTableTest, EntriesKeepTheirPlaceThroughEachGrowth) {
  constexpr int kStep = 100;
  constexpr int kLast = 20'000;
  FdTable<Entry> table;
  std::vector<Entry*> entries;
  for (int fd = 0; fd <= kLast; fd += kStep) {
    entries.push_back(&table.At(fd));
    entries.back()->value = fd;
  }
  const FdTable<Entry>::View view = table.view();
  for (int fd = 0; fd <= kLast; fd += kStep) {
    Entry* const entry = entries[fd / kStep];
    ASSERT_EQ(table.Find(fd), entry) << fd;
    ASSERT_EQ(&table.At(fd), entry) << fd;
    ASSERT_EQ(&view[fd], entry) << fd;
    ASSERT_EQ(entry->value, fd);
  }
}

// A reader that was told of an entry finds it, whatever has been made since.
TEST(FdTableTest, WhatWasAnnouncedIsFoundWhileItGrows) {
  constexpr int kLast = 200'000;
  FdTable<Entry> table;
  table.At(0);
  std::atomic<int> announced{0};
  std::thread reader([&] {
    int last = 0;
    while (last < kLast) {
      last = announced.load(std::memory_order_acquire);
      const FdTable<Entry>::View view = table.view();
      for (const int fd : {last, last / 2, last - last % 256, last / 3}) {
        const Entry* const entry = table.Find(fd);
        ASSERT_NE(entry, nullptr) << fd << " of " << last;
        ASSERT_EQ(entry->value.load(std::memory_order_relaxed), fd);
        ASSERT_EQ(&view[fd], entry);
      }
    }
  });
  for (int fd = 1; fd <= kLast; ++fd) {
    table.At(fd).value.store(fd, std::memory_order_relaxed);
    announced.store(fd, std::memory_order_release);
  }
  reader.join();
}

// Meant for the thread sanitizer: a reader never sees a half-made directory or chunk.
TEST(FdTableTest, CanBeReadWhileItGrows) {
  constexpr int kLast = 100'000;
  FdTable<Entry> table;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      for (int fd = 0; fd <= kLast; fd += 997) {
        if (const Entry* entry = table.Find(fd); entry != nullptr) {
          const int value = entry->value;
          EXPECT_TRUE(value == 0 || value == fd) << value;
        }
      }
    }
  });
  for (int fd = 0; fd <= kLast; ++fd) table.At(fd).value = fd;
  done = true;
  reader.join();
}

}  // namespace
}  // namespace someos::poller_base
