// A poller that cannot be made: the reason is told, nothing is left behind, the next one works.

#include <cstddef>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos {

// A backend may make no such calls.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CreateFaultTest);

namespace {

using testing::ElementsAre;

TEST_P(CreateFaultTest, NothingIsLeftBehind) {
  const std::set<int> before = OpenDescriptors();
  AtEveryCall([&] {
    const auto created = Faulty([&] { return backend().create({}); });
    if (!happened()) {
      EXPECT_THAT(created, Succeeds());
      return;
    }
    EXPECT_THAT(created, FailsWithErrno(fault().error, "create a"));
    ExpectSameDescriptors(before);
  });
  ExpectSameDescriptors(before);
}

TEST_P(CreateFaultTest, NoMemoryIsLost) {
  if (!CountsAllocations()) GTEST_SKIP() << "a sanitizer looks after the memory";
  // The first time sets up what is set up for good.
  EXPECT_FALSE(Faulty([&] { return backend().create({}).ok(); }));
  const ptrdiff_t before = LiveAllocations();
  EXPECT_FALSE(Faulty([&] { return backend().create({}).ok(); }));
  EXPECT_EQ(LiveAllocations(), before);
}

TEST_P(CreateFaultTest, TheNextOneWorks) {
  EXPECT_FALSE(Faulty([&] { return backend().create({}).ok(); }));
  ReplacePoller({});
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, 7);
  ExpectQuiet();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Wait(), ElementsAre(Reports(pipe.reader.get(), Readiness::kReadable, 7)));
}

}  // namespace
}  // namespace someos
