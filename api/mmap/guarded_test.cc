// MmapArguments::guarded: files that get shorter while they are mapped.

#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "someos/testing/mmap/mmap_test.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::mmap {
namespace {

class GuardedTest : public MmapTest {
 protected:
  static MmapArguments Guarded() {
    MmapArguments arguments;
    arguments.guarded = true;
    return arguments;
  }
  void Truncate(int64_t size) const { MustSucceed(ftruncate(file_.get(), size), "ftruncate"); }

  const int64_t page_ = static_cast<int64_t>(PageSize());
  const ScopedFd file_ = FileOf(std::string(4 * PageSize(), 'x'));
};

MATCHER(IsDataLoss, "is DATA_LOSS") { return absl::IsDataLoss(StatusOf(arg)); }

TEST_P(GuardedTest, EachMethodReportsTheLoss) {
  Mmap mmap = Create(file_.get(), 0, Guarded()).value();
  Truncate(page_);
  EXPECT_THAT(mmap.Read(), IsDataLoss());
  EXPECT_THAT(mmap.Readline(), IsDataLoss());
  EXPECT_EQ(Says(mmap.Tell()), "0");  // nothing has been read
  EXPECT_THAT(mmap.Item(-1), IsDataLoss());
  EXPECT_THAT(mmap.SetItem(-1, 1), IsDataLoss());
  EXPECT_THAT(mmap.Items({}), IsDataLoss());
  EXPECT_THAT(mmap.Find("absent"), IsDataLoss());
  EXPECT_THAT(mmap.Rfind("absent"), IsDataLoss());
  EXPECT_THAT(mmap.Move(0, 2 * page_, page_), IsDataLoss());
  EXPECT_EQ(Says(mmap.Seek(2 * page_)), std::to_string(2 * page_));
  EXPECT_THAT(mmap.ReadByte(), IsDataLoss());
  EXPECT_THAT(mmap.Write("abc"), IsDataLoss());
  EXPECT_THAT(mmap.WriteByte(1), IsDataLoss());
  EXPECT_EQ(Says(mmap.Tell()), std::to_string(2 * page_));
}

TEST_P(GuardedTest, WhatIsLeftCanBeRead) {
  const Mmap mmap = Create(file_.get(), 0, Guarded()).value();
  Truncate(page_);
  EXPECT_EQ(Says(mmap.Item(0)), "120");
  EXPECT_EQ(mmap.Items({0, page_, {}}).value(), std::string(PageSize(), 'x'));
}

TEST_P(GuardedTest, AFileThatGrowsBackIsWholeAgain) {
  const Mmap mmap = Create(file_.get(), 0, Guarded()).value();
  Truncate(page_);
  EXPECT_THAT(mmap.Item(-1), IsDataLoss());
  Truncate(4 * page_);
  MustSucceed(pwrite(file_.get(), "z", 1, 4 * page_ - 1), "pwrite");
  EXPECT_EQ(Says(mmap.Item(-1)), std::to_string('z'));
  EXPECT_EQ(Says(mmap.Item(-2)), "0");
}

TEST_P(GuardedTest, MemoryNeedsNoGuard) {
  Mmap mmap = Create(-1, page_, Guarded()).value();
  EXPECT_EQ(Says(mmap.Write("abc")), "3");
  EXPECT_EQ(Says(mmap.Item(0)), std::to_string('a'));
}

INSTANTIATE_TEST_SUITE_P(Backends, GuardedTest, LinkedBackends(), BackendName);

}  // namespace
}  // namespace someos::mmap
