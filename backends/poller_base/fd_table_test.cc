#include "someos/backends/poller_base/fd_table.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

// What stands behind an array is no null pointer here: one who looks there finds something.
void* operator new[](size_t size) {
  constexpr size_t kBehind = 64;
  char* const memory = static_cast<char*>(std::malloc(size + kBehind));
  if (memory == nullptr) std::abort();
  std::memset(memory + size, 0xa5, kBehind);
  return memory;
}
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t /*size*/) noexcept { std::free(memory); }

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

// Numbers that are exactly as many as there is room for, and those beside them: in a chunk of 256
// entries, and in a directory of 4 chunks and then twice as many each time.
constexpr int kChunk = 256;
constexpr int kDirectories[] = {4 * kChunk, 8 * kChunk, 16 * kChunk, 32 * kChunk};

TEST(FdTableTest, WhatIsBeyondTheDirectoryIsNotThere) {
  for (const int size : kDirectories) {
    FdTable<Entry> table;
    table.At(size - 1).value = 1;
    EXPECT_EQ(table.Find(size - 1)->value, 1);
    for (const int beyond : {size, size + 1, size + kChunk, 2 * size}) {
      EXPECT_EQ(table.Find(beyond), nullptr) << beyond;
    }
  }
}

TEST(FdTableTest, OneBeyondTheDirectoryMakesItGrow) {
  for (const int size : kDirectories) {
    FdTable<Entry> table;
    Entry* const last = &table.At(size - 1);
    Entry* const beyond = &table.At(size);
    last->value = 1;
    beyond->value = 2;
    // And so that another growth keeps it.
    table.At(4 * size).value = 3;
    EXPECT_EQ(table.Find(size - 1), last);
    EXPECT_EQ(table.Find(size), beyond);
    EXPECT_EQ(table.Find(size)->value, 2);
    EXPECT_EQ(&table.At(size), beyond);
    EXPECT_EQ(&table.view()[size], beyond);
    EXPECT_EQ(&table.view()[size - 1], last);
  }
}

TEST(FdTableTest, TheFirstNumberMayBeAsHighAsADirectory) {
  for (const int size : kDirectories) {
    for (const int number : {size - 1, size, size + 1}) {
      FdTable<Entry> table;
      Entry* const entry = &table.At(number);
      entry->value = 7;
      table.At(0).value = 6;
      table.At(8 * size).value = 8;
      EXPECT_EQ(table.Find(number), entry) << number;
      EXPECT_EQ(table.Find(0)->value, 6) << number;
    }
  }
}

TEST(FdTableTest, AChunkHasAllItsEntriesAndNoMore) {
  FdTable<Entry> table;
  for (int fd = 0; fd < 3 * kChunk; ++fd) table.At(fd).value = fd + 1;
  for (int fd = 0; fd < 3 * kChunk; ++fd) {
    ASSERT_NE(table.Find(fd), nullptr) << fd;
    EXPECT_EQ(table.Find(fd)->value, fd + 1);
  }
  EXPECT_EQ(table.Find(3 * kChunk), nullptr);
  int next = 0;
  table.ForEach([&](int fd, const Entry& entry) {
    EXPECT_EQ(fd, next++);
    EXPECT_EQ(entry.value, fd + 1);
  });
  EXPECT_EQ(next, 3 * kChunk);
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
