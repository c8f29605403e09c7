// System calls for which there is a fallback: whichever of them fails, everything is as it should.

#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/faults/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/temporary_file.h"

namespace someos {

// A backend may make no such calls.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FallbackFaultTest);

namespace {

using testing::ElementsAre;

TEST_P(FallbackFaultTest, NobodySeesIt) {
  AtEveryCall([&] {
    const Pipe pipe, other;
    const ScopedFd file = TemporaryFile();
    const int fd = pipe.reader.get();
    Faulty([&] {
      ReplacePoller({});
      Register(file.get(), Interest::kNone, 9);
      Register(fd, Interest::kReadable, 1);
      EXPECT_THAT(poller().Register(fd, Interest::kNone), FailsWithErrno(EEXIST, "register fd"));
      EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2), Succeeds());
      EXPECT_EQ(poller().TakeError(fd).value_or(-1), 0);
      WriteText(pipe.writer.get(), "x");
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 2)));
      GiveNumber(pipe.reader, other.reader);
      EXPECT_THAT(poller().Modify(fd, Interest::kReadable), FailsWithErrno(ENOENT, "modify fd"));
      Register(fd, Interest::kReadable, 3);
      ExpectQuiet();
      WriteText(other.writer.get(), "x");
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 3)));
      EXPECT_THAT(poller().Unregister(fd), Succeeds());
      Register(fd, Interest::kReadable, 4);
      EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 5), Succeeds());
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 5)));
      return 0;
    });
  });
}

TEST_P(FallbackFaultTest, NorInARebuildAfterAFork) {
  const Pipe pipe, other;
  const ScopedFd file = TemporaryFile();
  const int fd = pipe.reader.get();
  Register(fd, Interest::kReadable, 1);
  Register(file.get(), Interest::kReadable, 2);
  WriteText(pipe.writer.get(), "x");
  ExpectInChild([&] {
    GiveNumber(file, other.reader);
    Faulty([&] {
      EXPECT_THAT(poller().RebuildAfterFork(),
                  FailsWithErrno(ENOENT, "rebuild after fork: register fd"));
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 1)));
      EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 3), Succeeds());
      EXPECT_THAT(Wait(), ElementsAre(Reports(fd, Readiness::kReadable, 3)));
      return 0;
    });
  });
  EXPECT_THAT(poller().Modify(file.get(), Interest::kNone), Succeeds());
}

}  // namespace
}  // namespace someos
