// Promise 5, continued: what a registration reports follows from its interest and trigger, not from
// the calls that led there.

#include <fcntl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A registration that a scenario wants.
struct Target {
  int fd;
  Interest interest;
  uint64_t data;
  Trigger trigger;

  // The same descriptor, otherwise registered.
  Target With(Interest other_interest, Trigger other_trigger) const {
    return {fd, other_interest, data + 100, other_trigger};
  }
  absl::Status Register(Poller& poller) const {
    return poller.Register(fd, interest, data, trigger);
  }
  absl::Status Modify(Poller& poller) const { return poller.Modify(fd, interest, data, trigger); }
  Change RegisterChange() const { return Change::Register(fd, interest, data, trigger); }
  Change ModifyChange() const { return Change::Modify(fd, interest, data, trigger); }
};

// What a look reports: a one-shot has fired then, and an edge is spent.
absl::StatusOr<std::vector<Event>> Look(Poller& poller) {
  std::vector<Event> events(8);
  const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), absl::ZeroDuration());
  if (!count.ok()) return count.status();
  events.resize(*count);
  return events;
}

// A registration that has reported and has become another one.
absl::Status ModifyAfter(Poller& poller, const Target& before, const Target& target) {
  absl::Status status = before.Register(poller);
  status.Update(Look(poller).status());
  status.Update(target.Modify(poller));
  return status;
}

Trigger EdgeIfThereIsOne(const Poller& poller) {
  return poller.capabilities().edge ? Trigger::kEdge : Trigger::kLevel;
}

// Calls that lead to a registration of a descriptor that has none.
struct Way {
  absl::string_view name;
  absl::Status (*go)(Poller& poller, const Target& target);
};

constexpr Way kWays[] = {
    {"register", [](Poller& poller, const Target& target) { return target.Register(poller); }},
    {"register in a batch",
     [](Poller& poller, const Target& target) { return poller.Apply({target.RegisterChange()}); }},
    {"register and modify in a batch",
     [](Poller& poller, const Target& target) {
       const Target paused = target.With(Interest::kNone, Trigger::kLevel);
       return poller.Apply({paused.RegisterChange(), target.ModifyChange()});
     }},
    {"modify at once",
     [](Poller& poller, const Target& target) {
       absl::Status status = target.With(target.interest, Trigger::kLevel).Register(poller);
       status.Update(target.Modify(poller));
       return status;
     }},
    {"modify of a level",
     [](Poller& poller, const Target& target) {
       return ModifyAfter(poller, target.With(target.interest, Trigger::kLevel), target);
     }},
    {"modify of a one-shot that has fired",
     [](Poller& poller, const Target& target) {
       return ModifyAfter(poller, target.With(target.interest, Trigger::kOneShot), target);
     }},
    {"modify of an edge that has been reported",
     [](Poller& poller, const Target& target) {
       return ModifyAfter(poller, target.With(target.interest, EdgeIfThereIsOne(poller)), target);
     }},
    {"modify of a pause",
     [](Poller& poller, const Target& target) {
       return ModifyAfter(poller, target.With(Interest::kNone, Trigger::kLevel), target);
     }},
    {"modify of the same",
     [](Poller& poller, const Target& target) { return ModifyAfter(poller, target, target); }},
    {"modify of the same in a batch",
     [](Poller& poller, const Target& target) {
       absl::Status status = target.Register(poller);
       status.Update(Look(poller).status());
       status.Update(poller.Apply({target.ModifyChange()}));
       return status;
     }},
    {"pause and go on",
     [](Poller& poller, const Target& target) {
       const Target paused = target.With(Interest::kNone, target.trigger);
       absl::Status status = ModifyAfter(poller, target, paused);
       status.Update(Look(poller).status());
       status.Update(target.Modify(poller));
       return status;
     }},
    {"unregister and register",
     [](Poller& poller, const Target& target) {
       absl::Status status = target.Register(poller);
       status.Update(Look(poller).status());
       status.Update(poller.Unregister(target.fd));
       status.Update(target.Register(poller));
       return status;
     }},
    {"unregister and register in a batch",
     [](Poller& poller, const Target& target) {
       absl::Status status = target.Register(poller);
       status.Update(Look(poller).status());
       status.Update(poller.Apply({Change::Unregister(target.fd), target.RegisterChange()}));
       return status;
     }},
};

// Goes each way to each trigger that there is, to `interest` in `fd`, and has `expect(target)` look
// at what has come of it.
template <typename Expect>
void EachWayToEachTrigger(Poller& poller, int fd, Interest interest, Expect expect) {
  uint64_t data = 0;
  for (const Trigger trigger : {Trigger::kLevel, Trigger::kOneShot, Trigger::kEdge}) {
    if (trigger == Trigger::kEdge && !poller.capabilities().edge) continue;
    for (const Way& way : kWays) {
      SCOPED_TRACE(absl::StrCat("to ", trigger, " by ", way.name));
      const Target target = {fd, interest, ++data, trigger};
      ASSERT_THAT(way.go(poller, target), Succeeds());
      const std::string listed = absl::StrCat(Registration{fd, interest, trigger, data});
      EXPECT_EQ(absl::StrJoin(poller.registrations(), " "), listed);
      expect(target);
      EXPECT_EQ(absl::StrJoin(poller.registrations(), " "), listed);
      EXPECT_THAT(poller.Unregister(fd), Succeeds());
      EXPECT_THAT(Look(poller).value(), IsEmpty());
    }
  }
}

// Expects `target`, which is and stays ready, to be reported: each time if it is level-triggered,
// else once.
void ExpectReports(Poller& poller, const Target& target, Readiness readiness) {
  for (int look = 0; look < 3; ++look) {
    SCOPED_TRACE(absl::StrCat("look ", look));
    const std::vector<Event> events = Look(poller).value();
    if (look > 0 && target.trigger != Trigger::kLevel) {
      EXPECT_THAT(events, IsEmpty());
      continue;
    }
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].fd, target.fd);
    EXPECT_EQ(events[0].readiness, readiness);
    EXPECT_EQ(events[0].data, target.data);
  }
}

TEST_P(TriggersTest, OfReadyDescriptorsAreTheSameByEachWay) {
  const SocketPair pair;
  const int fd = pair.near.get();
  WriteText(pair.far.get(), "x");
  EachWayToEachTrigger(poller(), fd, Interest::kReadable, [&](const Target& target) {
    ExpectReports(poller(), target, Readiness::kReadable);
  });
  EachWayToEachTrigger(poller(), fd, kReadAndWrite, [&](const Target& target) {
    ExpectReports(poller(), target, Readiness::kReadable | Readiness::kWritable);
  });
  ExpectQuiet();
}

TEST_P(TriggersTest, OfArrivalsAreTheSameByEachWay) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EachWayToEachTrigger(poller(), fd, Interest::kReadable, [&](const Target& target) {
    EXPECT_THAT(Look(poller()).value(), IsEmpty());
    WriteText(pipe.writer.get(), "x");
    ExpectReports(poller(), target, Readiness::kReadable);
    ReadAvailable(fd);
    WriteText(pipe.writer.get(), "x");
    if (target.trigger == Trigger::kOneShot) {
      EXPECT_THAT(Look(poller()).value(), IsEmpty());
    } else {
      ExpectReports(poller(), target, Readiness::kReadable);
    }
    ReadAvailable(fd);
  });
  ExpectQuiet();
}

TEST_P(TriggersTest, OfRegularFilesAreTheSameByEachWay) {
  const ScopedFd file = TemporaryFile();
  const ScopedFd directory(MustSucceed(open("/", O_RDONLY | O_CLOEXEC), "open"));
  EachWayToEachTrigger(poller(), file.get(), kReadAndWrite, [&](const Target& target) {
    ExpectReports(poller(), target, Readiness::kReadable | Readiness::kWritable);
  });
  EachWayToEachTrigger(poller(), directory.get(), Interest::kReadable, [&](const Target& target) {
    ExpectReports(poller(), target, Readiness::kReadable);
  });
  ExpectQuiet();
}

// What it is ready for stays; the interest and the trigger change to and fro.
TEST_P(TriggersTest, EdgeBecomesLevelAndOneShotAndEdgeAgain) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  const Pipe pipe;
  const ScopedFd file = TemporaryFile();
  WriteText(pipe.writer.get(), "x");
  for (const int fd : {pipe.reader.get(), file.get()}) {
    Target target = {fd, Interest::kReadable, 1, Trigger::kEdge};
    ASSERT_THAT(target.Register(poller()), Succeeds());
    ExpectReports(poller(), target, Readiness::kReadable);
    for (const Trigger next : {Trigger::kLevel, Trigger::kEdge, Trigger::kOneShot, Trigger::kEdge,
                               Trigger::kEdge, Trigger::kLevel}) {
      SCOPED_TRACE(absl::StrCat("fd ", fd, " from ", target.trigger, " to ", next));
      target.trigger = next;
      ++target.data;
      ASSERT_THAT(target.Modify(poller()), Succeeds());
      ExpectReports(poller(), target, Readiness::kReadable);
    }
    Unregister(fd);
  }
  ExpectQuiet();
}

TEST_P(TriggersTest, AnEdgeReportsTheHangupWhicheverWayItWasMade) {
  if (!capabilities().edge) GTEST_SKIP() << Lacks("edge");
  for (const Way& way : kWays) {
    SCOPED_TRACE(way.name);
    Pipe pipe;
    const Target target = {pipe.reader.get(), Interest::kReadable, 5, Trigger::kEdge};
    ASSERT_THAT(way.go(poller(), target), Succeeds());
    EXPECT_THAT(WaitNow(), IsEmpty());
    pipe.writer.reset();
    EXPECT_THAT(WaitReady(),
                ElementsAre(EventOf(target.fd, Readiness::kReadable | Readiness::kHangup)));
    EXPECT_THAT(WaitNow(), IsEmpty());
    Unregister(target.fd);
  }
  ExpectQuiet();
}

// What a device that no kernel queues is ready for, it is ready for now and never anew.
TEST_P(TriggersTest, OfTheNullDeviceAreTheSameByEachWay) {
  const ScopedFd null(MustSucceed(open("/dev/null", O_RDWR | O_CLOEXEC), "open"));
#ifdef __APPLE__
  GTEST_SKIP() << "poll(2) of macOS knows no devices";
#endif
  const absl::Status status = poller().Register(null.get(), kReadAndWrite);
  if (backend().name == "kqueue" && ErrnoOf(status) != 0) {
    GTEST_SKIP() << backend().implementation << ": takes no /dev/null: " << status.message();
  }
  ASSERT_THAT(status, Succeeds());
  Unregister(null.get());
  EachWayToEachTrigger(poller(), null.get(), kReadAndWrite, [&](const Target& target) {
    ExpectReports(poller(), target, Readiness::kReadable | Readiness::kWritable);
  });
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
