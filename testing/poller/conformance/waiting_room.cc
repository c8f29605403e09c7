// Promise 6, continued: Wait takes a span of any size.

#include <sys/mman.h>
#include <unistd.h>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;

#ifndef MAP_NORESERVE  // FreeBSD promises no memory to begin with
#define MAP_NORESERVE 0
#endif

// Room for more events than any system call can be told of, of which but the first page is used.
class VastRoom {
 public:
  explicit VastRoom(size_t events) : size_(events * sizeof(Event)), begin_(Map(size_)) {}
  VastRoom(const VastRoom&) = delete;
  VastRoom& operator=(const VastRoom&) = delete;
  ~VastRoom() {
    if (exists()) munmap(begin_, size_);
  }

  bool exists() const { return begin_ != MAP_FAILED; }
  absl::Span<Event> events(size_t count) const { return {static_cast<Event*>(begin_), count}; }

 private:
  static void* Map(size_t size) {
    constexpr int kAnonymous = MAP_PRIVATE | MAP_ANON | MAP_NORESERVE;
    constexpr int kUsable = PROT_READ | PROT_WRITE;
    // All of it, because qemu's user mode looks whether that is so.
    void* const all = mmap(nullptr, size, kUsable, kAnonymous, -1, 0);
    if (all != MAP_FAILED) return all;
    // More than the process may have, on OpenBSD for one.
    void* const begin = mmap(nullptr, size, PROT_NONE, kAnonymous, -1, 0);
    if (begin == MAP_FAILED || mprotect(begin, sysconf(_SC_PAGESIZE), kUsable) == 0) return begin;
    munmap(begin, size);
    return MAP_FAILED;
  }

  const size_t size_;
  void* const begin_;
};

TEST_P(WaitingTest, TakesRoomForAnyNumberOfEvents) {
  // Around what fits into epoll_wait's and kevent's int, by bytes and by events.
  constexpr uint64_t kSizes[] = {INT_MAX / sizeof(Event), INT_MAX / 12 + 1,
                                 uint64_t{INT_MAX},       uint64_t{INT_MAX} + 1,
                                 uint64_t{UINT32_MAX},    uint64_t{UINT32_MAX} + 1,
                                 uint64_t{UINT32_MAX} + 2};
  constexpr uint64_t kMost = kSizes[std::size(kSizes) - 1];
  if (kMost > SIZE_MAX / sizeof(Event)) GTEST_SKIP() << "no such span has an address";
  const VastRoom room(kMost);
  if (!room.exists()) GTEST_SKIP() << "the system gives no address space of that size";
  const Pipe readable;
  WriteText(readable.writer.get(), "x");
  Register(readable.reader.get(), Interest::kReadable, 1);
  const Pipe writable;
  Register(writable.writer.get(), Interest::kWritable, 2);
  for (const uint64_t size : kSizes) {
    const absl::Span<Event> events = room.events(size);
    for (const absl::Duration timeout :
         {absl::ZeroDuration(), absl::InfiniteDuration(), kPatience}) {
      // Not necessarily both in one wait: the kernel may be told of less room.
      std::set<uint64_t> data;
      for (int i = 0; i < 2; ++i) {
        const absl::StatusOr<size_t> count = poller().Wait(events, timeout);
        ASSERT_THAT(count, Succeeds()) << size;
        ASSERT_GT(*count, 0u) << size;
        for (const Event& event : events.first(*count)) data.insert(event.data);
      }
      EXPECT_THAT(data, ElementsAre(1, 2)) << size;
    }
    Modify(writable.writer.get(), Interest::kNone, 2);
    EXPECT_EQ(poller().Wait(events, absl::InfiniteDuration()).value_or(0), 1u) << size;
    EXPECT_EQ(events[0].fd, readable.reader.get()) << size;
    Modify(writable.writer.get(), Interest::kWritable, 2);
  }
}

}  // namespace
}  // namespace someos
