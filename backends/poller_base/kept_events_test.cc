#include "someos/backends/poller_base/kept_events.h"

#include <unistd.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/temporary_file.h"

namespace someos::poller_base {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

using State = ScanEntry::State;
using Telling = ScanEntry::Telling;

class KeptEventsTest : public testing::Test {
 protected:
  // The entry of `fd`, which is registered and armed at first.
  ScanEntry& EntryOf(int fd) {
    while (table_.size() <= static_cast<size_t>(fd)) {
      table_.push_back({0, Interest::kReadable, Trigger::kLevel, State::kArmed});
    }
    return table_[fd];
  }

  void Add(int fd, uint16_t raw) { kept_.Add(fd, raw, EntryOf(fd)); }

  // What is taken, in its order.
  std::vector<std::pair<int, uint16_t>> Take() {
    std::vector<std::pair<int, uint16_t>> taken;
    const bool any = kept_.AnyReportable(table_);
    EXPECT_EQ(
        kept_.TakeReportable(table_, [&](int fd, uint16_t raw) { taken.emplace_back(fd, raw); }),
        any);
    EXPECT_EQ(any, !taken.empty());
    return taken;
  }

  // Procfs has regular files too.
  const ScopedFd file_ = TemporaryFile();
  const ScopedFd other_ = TemporaryFile();
  std::vector<ScanEntry> table_;
  KeptEvents kept_;
};

TEST_F(KeptEventsTest, ARegularFileIsKeptUntilItIsTaken) {
  EXPECT_TRUE(kept_.empty());
  Add(file_.get(), 3);
  EXPECT_FALSE(kept_.empty());
  EXPECT_THAT(Take(), ElementsAre(Pair(file_.get(), 3)));
  EXPECT_TRUE(kept_.empty());
  EXPECT_THAT(Take(), IsEmpty());
}

TEST_F(KeptEventsTest, APipeIsNotKept) {
  const Pipe pipe;
  Add(pipe.reader.get(), 1);
  EXPECT_TRUE(kept_.empty());
  EXPECT_EQ(EntryOf(pipe.reader.get()).telling, Telling::kAlways);
}

TEST_F(KeptEventsTest, AFileIsAskedOnce) {
  Add(file_.get(), 1);
  EXPECT_EQ(EntryOf(file_.get()).telling, Telling::kOnce);
  const Pipe pipe;
  EntryOf(pipe.reader.get()).telling = Telling::kOnce;
  Add(pipe.reader.get(), 2);
  EXPECT_THAT(Take(), ElementsAre(Pair(file_.get(), 1), Pair(pipe.reader.get(), 2)));
}

TEST_F(KeptEventsTest, AClosedFileIsNotKeptAndAskedAgain) {
  ScopedFd file = TemporaryFile();
  const int fd = file.get();
  file.reset();
  Add(fd, 1);
  EXPECT_TRUE(kept_.empty());
  EXPECT_EQ(EntryOf(fd).telling, Telling::kUnknown);
}

TEST_F(KeptEventsTest, WhatIsPausedOrInactiveStaysKept) {
  const std::vector<ScanEntry> hidden = {
      {0, Interest::kNone, Trigger::kLevel, State::kArmed, Telling::kOnce},
      {0, Interest::kReadable, Trigger::kOneShot, State::kFired, Telling::kOnce},
      {0, Interest::kReadable, Trigger::kLevel, State::kDead, Telling::kOnce},
      {0, Interest::kReadable, Trigger::kLevel, State::kUnregistered, Telling::kOnce},
  };
  for (const ScanEntry& entry : hidden) {
    Add(file_.get(), 5);
    Add(other_.get(), 6);
    EntryOf(file_.get()) = entry;
    EXPECT_THAT(Take(), ElementsAre(Pair(other_.get(), 6)));
    EXPECT_FALSE(kept_.empty());
    EXPECT_THAT(Take(), IsEmpty());
    EntryOf(file_.get()) = {0, Interest::kReadable, Trigger::kLevel, State::kArmed};
    EXPECT_THAT(Take(), ElementsAre(Pair(file_.get(), 5)));
  }
}

TEST_F(KeptEventsTest, OneIsDropped) {
  Add(file_.get(), 1);
  Add(other_.get(), 2);
  kept_.Drop(file_.get());
  kept_.Drop(file_.get());
  EXPECT_THAT(Take(), ElementsAre(Pair(other_.get(), 2)));
}

}  // namespace
}  // namespace someos::poller_base
