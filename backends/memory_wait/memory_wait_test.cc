#include "someos/backends/memory_wait/memory_wait.h"

#include <atomic>
#include <cstdint>
#include <thread>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"
#include "someos/testing/clocks.h"
#include "someos/testing/expect_in_child.h"

namespace someos::memory_wait {
namespace {

class MemoryWaitTest : public testing::Test {
 protected:
  // The `index`th word of the memory.
  std::atomic<uint32_t>& word(int index) {
    return reinterpret_cast<std::atomic<uint32_t>*>(memory_.buf().data())[index];
  }

 private:
  multiprocessing::SharedMemory memory_ = *multiprocessing::SharedMemory::CreateAnonymous(4096);
};

TEST_F(MemoryWaitTest, DoesNotSleepIfTheWordIsAnotherOne) {
  word(0) = 1;
  for (const absl::Duration longest : {absl::Hours(1), absl::InfiniteDuration()}) {
    SleepWhile(word(0), 0, longest);
  }
}

TEST_F(MemoryWaitTest, SleepsNoLongerThanItMay) {
  for (const absl::Duration longest :
       {absl::Milliseconds(20), absl::ZeroDuration(), -absl::Seconds(1)}) {
    SleepWhile(word(0), 0, longest);
  }
}

// With sleeps of a minute a wake that is lost would show.
TEST_F(MemoryWaitTest, ProcessesWakeEachOther) {
  constexpr uint32_t kRounds = 100;
  const absl::Duration start = MonotonicNow();
  std::thread other([&] {
    ExpectInChild([&] {
      for (uint32_t i = 0; i < kRounds; ++i) {
        while (word(0) == i) SleepWhile(word(0), i, absl::Minutes(1));
        word(1) = i + 1;
        WakeAll(word(1));
      }
    });
  });
  for (uint32_t i = 0; i < kRounds; ++i) {
    word(0) = i + 1;
    WakeAll(word(0));
    while (word(1) == i) SleepWhile(word(1), i, absl::Minutes(1));
  }
  other.join();
  EXPECT_LT(MonotonicNow() - start, absl::Minutes(1));
}

}  // namespace
}  // namespace someos::memory_wait
