// The whole contract with many descriptors: as many as the mechanism and the limits allow.

#include <fcntl.h>
#include <sys/select.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

using testing::IsEmpty;

constexpr size_t kWanted = 1000;
constexpr size_t kFewest = 100;  // what every system has

// Moves `fd` to a number from `lowest` on.
ScopedFd MoveUp(ScopedFd fd, int lowest) {
  return ScopedFd(MustSucceed(fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest), "fcntl"));
}

TEST_P(ManyTest, EachIsReportedWhenItIsReady) {
  // The readers have the low numbers, which is all that select() holds, the writers the high ones.
  const int limit = RaiseDescriptorLimit(FD_SETSIZE + static_cast<int>(kWanted) + 64);
  const int spare = 32;
  std::vector<Pipe> pipes;
  std::string reason = "all that was wanted";
  while (pipes.size() < kWanted) {
    Pipe pipe;
    if (FD_SETSIZE + static_cast<int>(pipes.size()) + spare < limit) {
      pipe.writer = MoveUp(std::move(pipe.writer), FD_SETSIZE);
    } else if (std::max(pipe.reader.get(), pipe.writer.get()) + spare > limit) {
      reason = "the limit of open descriptors";
      break;
    }
    const absl::Status status =
        poller().Register(pipe.reader.get(), Interest::kReadable, pipes.size());
    if (absl::IsOutOfRange(status)) {
      reason = std::string(status.message());
      break;
    }
    ASSERT_THAT(status, Succeeds());
    pipes.push_back(std::move(pipe));
  }
  std::cout << "Registered " << pipes.size() << " descriptors: " << reason << std::endl;
  RecordProperty("descriptors", static_cast<int>(pipes.size()));
  ASSERT_GE(pipes.size(), kFewest);
  EXPECT_THAT(WaitNow(), IsEmpty());

  // A few of the many.
  std::set<size_t> expected;
  for (size_t i = 3; i < pipes.size(); i += 10) {
    WriteText(pipes[i].writer.get(), "x");
    expected.insert(i);
  }
  std::set<size_t> reported;
  for (int i = 0; i < 10 && reported.size() < expected.size(); ++i) {
    for (const Event& event : WaitReady(kWanted)) {
      EXPECT_THAT(event, EventOf(pipes.at(event.data).reader.get(), Readiness::kReadable));
      reported.insert(event.data);
    }
  }
  EXPECT_EQ(reported, expected);

  // All of them, in portions.
  for (size_t i = 0; i < pipes.size(); ++i) {
    if (expected.insert(i).second) WriteText(pipes[i].writer.get(), "x");
    Modify(pipes[i].reader.get(), Interest::kReadable, i, Trigger::kOneShot);
  }
  reported.clear();
  while (reported.size() < pipes.size()) {
    const auto events = WaitReady(64);
    ASSERT_FALSE(events.empty()) << "after " << reported.size();
    for (const Event& event : events) {
      EXPECT_TRUE(reported.insert(event.data).second) << event.data << " twice";
    }
  }
  ExpectQuiet();

  for (const Pipe& pipe : pipes) Unregister(pipe.reader.get());
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
