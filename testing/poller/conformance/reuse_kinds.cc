// Promise 2, continued: the old and the new file of a number may be of any kinds, and the new one
// may be registered by itself or in a batch.

#include <cerrno>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
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
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

// Calls that register a descriptor for reading. A batch has others in it as well, of which nothing
// is ready.
struct Registering {
  absl::string_view name;
  absl::Status (*go)(Poller& poller, int fd, uint64_t data, Trigger trigger);
};

// Makes `changes`, and takes out again what they registered beside `fd`.
absl::Status ApplyAmongOthers(Poller& poller, const Change& before, const Change& change,
                              const Change& after) {
  absl::Status status = poller.Apply({before, change, after});
  status.Update(poller.Unregister(before.fd));
  status.Update(poller.Unregister(after.fd));
  return status;
}

constexpr Registering kRegisterings[] = {
    {"register",
     [](Poller& poller, int fd, uint64_t data, Trigger trigger) {
       return poller.Register(fd, Interest::kReadable, data, trigger);
     }},
    {"a batch",
     [](Poller& poller, int fd, uint64_t data, Trigger trigger) {
       return poller.Apply({Change::Register(fd, Interest::kReadable, data, trigger)});
     }},
    {"a batch of several",
     [](Poller& poller, int fd, uint64_t data, Trigger trigger) {
       const Pipe pipe;
       return ApplyAmongOthers(poller, Change::Register(pipe.reader.get(), Interest::kReadable),
                               Change::Register(fd, Interest::kReadable, data, trigger),
                               Change::Register(pipe.writer.get(), Interest::kNone));
     }},
    {"a batch that unregisters it first",
     [](Poller& poller, int fd, uint64_t data, Trigger trigger) {
       return poller.Apply(
           {Change::Unregister(fd), Change::Register(fd, Interest::kReadable, data, trigger)});
     }},
};

TEST_P(ReuseTest, OfAStreamByEachWayToRegister) {
  for (const Registering& registering : kRegisterings) {
    SCOPED_TRACE(registering.name);
    const Pipe old;
    const SocketPair pair;
    const int fd = old.reader.get();
    Register(fd, Interest::kReadable, 1);
    GiveNumber(old.reader, pair.near);
    ASSERT_THAT(registering.go(poller(), fd, 2, Trigger::kLevel), Succeeds());
    EXPECT_THAT(WaitNow(), IsEmpty());
    WriteText(pair.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    EXPECT_THAT(poller().Register(fd, Interest::kReadable), FailsWithErrno(EEXIST, "register fd"));
    Unregister(fd);
  }
  ExpectQuiet();
}

// A duplicate keeps the old file in the set of a kernel that registers files, and it is ready.
TEST_P(ReuseTest, OfAStreamThatIsStillOpenByEachWayToRegister) {
  for (const Registering& registering : kRegisterings) {
    SCOPED_TRACE(registering.name);
    const Pipe old;
    const ScopedFd duplicate = Duplicate(old.reader.get());
    const SocketPair pair;
    const int fd = old.reader.get();
    Register(fd, Interest::kReadable, 1);
    WriteText(old.writer.get(), "x");
    GiveNumber(old.reader, pair.near);
    ASSERT_THAT(registering.go(poller(), fd, 2, Trigger::kLevel), Succeeds());
    ExpectQuiet();
    WriteText(pair.far.get(), "x");
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    Unregister(fd);
    ExpectQuiet();
  }
}

TEST_P(ReuseTest, OfAPipeByARegularFileByEachWayToRegister) {
  for (const Registering& registering : kRegisterings) {
    SCOPED_TRACE(registering.name);
    const Pipe old;
    const ScopedFd file = TemporaryFile();
    const int fd = old.reader.get();
    Register(fd, Interest::kReadable, 1);
    WriteText(old.writer.get(), "x");
    GiveNumber(old.reader, file);
    ASSERT_THAT(registering.go(poller(), fd, 2, Trigger::kLevel), Succeeds());
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    EXPECT_THAT(poller().Register(fd, Interest::kReadable), FailsWithErrno(EEXIST, "register fd"));
    Modify(fd, Interest::kWritable, 3);
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
    Unregister(fd);
    ExpectQuiet();
  }
}

// The file has been reported and has nothing to report any more, so that the Wait would show that
// the kernel still reports the pipe.
TEST_P(ReuseTest, OfAPipeThatIsStillOpenByARegularFileByEachWayToRegister) {
  for (const Registering& registering : kRegisterings) {
    SCOPED_TRACE(registering.name);
    const Pipe old;
    const ScopedFd duplicate = Duplicate(old.reader.get());
    const ScopedFd file = TemporaryFile();
    const int fd = old.reader.get();
    Register(fd, Interest::kReadable, 1);
    WriteText(old.writer.get(), "x");
    GiveNumber(old.reader, file);
    ASSERT_THAT(registering.go(poller(), fd, 2, Trigger::kOneShot), Succeeds());
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    ExpectQuiet();
    Modify(fd, Interest::kReadable, 3, Trigger::kOneShot);
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
    ExpectQuiet();
    Unregister(fd);
    ExpectQuiet();
  }
}

TEST_P(ReuseTest, OfARegularFileByAPipeByEachWayToRegister) {
  for (const Trigger trigger : {Trigger::kLevel, Trigger::kOneShot}) {
    for (const Registering& registering : kRegisterings) {
      SCOPED_TRACE(testing::Message() << registering.name << " over " << TriggerName(trigger));
      const ScopedFd file = TemporaryFile();
      const Pipe pipe;
      const int fd = file.get();
      Register(fd, Interest::kReadable, 1, trigger);
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
      GiveNumber(file, pipe.reader);
      ASSERT_THAT(registering.go(poller(), fd, 2, Trigger::kOneShot), Succeeds());
      ExpectQuiet();
      WriteText(pipe.writer.get(), "x");
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
      EXPECT_THAT(WaitNow(), IsEmpty());
      Modify(fd, Interest::kReadable, 3);
      EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
      Unregister(fd);
      ExpectQuiet();
    }
  }
}

TEST_P(ReuseTest, OfARegularFileByAnotherByEachWayToRegister) {
  for (const Registering& registering : kRegisterings) {
    SCOPED_TRACE(registering.name);
    const ScopedFd old = TemporaryFile();
    const ScopedFd young = TemporaryFile();
    const int fd = old.get();
    Register(fd, Interest::kReadable, 1, Trigger::kOneShot);
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
    GiveNumber(old, young);
    ASSERT_THAT(registering.go(poller(), fd, 2, Trigger::kLevel), Succeeds());
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 2u)));
    EXPECT_THAT(poller().Register(fd, Interest::kReadable), FailsWithErrno(EEXIST, "register fd"));
    Unregister(fd);
    ExpectQuiet();
  }
}

// Two files of which one comes to have the other's number.
struct Kinds {
  absl::string_view name;
  ScopedFd old;
  ScopedFd young;
};

// The files' other ends are closed: what matters is who is taken for whom.
std::vector<Kinds> AllKinds() {
  std::vector<Kinds> all;
  all.push_back({"socket after pipe", std::move(Pipe().reader), std::move(SocketPair().near)});
  all.push_back({"regular file after pipe", std::move(Pipe().reader), TemporaryFile()});
  all.push_back({"pipe after regular file", TemporaryFile(), std::move(Pipe().reader)});
  all.push_back({"regular file after regular file", TemporaryFile(), TemporaryFile()});
  return all;
}

TEST_P(ReuseTest, ModifyOfAReusedNumberIsRefusedWhateverTheKinds) {
  for (const Kinds& kinds : AllKinds()) {
    SCOPED_TRACE(kinds.name);
    const int fd = kinds.old.get();
    Register(fd, Interest::kReadable, 1);
    GiveNumber(kinds.old, kinds.young);
    EXPECT_THAT(poller().Modify(fd, Interest::kReadable, 2), FailsWithErrno(ENOENT, "modify fd"));
    EXPECT_THAT(poller().Apply({Change::Modify(fd, Interest::kReadable, 2)}),
                FailsWithErrno(ENOENT, "change 0: modify fd"));
    Unregister(fd);
  }
  ExpectQuiet();
}

TEST_P(ReuseTest, UnregisterOfAReusedNumberEndsItWhateverTheKinds) {
  for (const bool in_a_batch : {false, true}) {
    for (const Kinds& kinds : AllKinds()) {
      SCOPED_TRACE(testing::Message() << kinds.name << (in_a_batch ? ", in a batch" : ""));
      const Pipe other;
      const int fd = kinds.old.get();
      Register(fd, Interest::kReadable, 1);
      Register(other.reader.get(), Interest::kReadable, 2);
      GiveNumber(kinds.old, kinds.young);
      if (in_a_batch) {
        EXPECT_THAT(
            poller().Apply({Change::Unregister(fd), Change::Unregister(other.reader.get())}),
            Succeeds());
      } else {
        Unregister(fd);
        Unregister(other.reader.get());
      }
      EXPECT_THAT(poller().registrations(), IsEmpty());
      WriteText(other.writer.get(), "x");
      EXPECT_THAT(WaitNow(), IsEmpty());
      EXPECT_THAT(poller().Unregister(fd), FailsWithErrno(ENOENT, "unregister fd"));
    }
  }
  ExpectQuiet();
}

// A regular file is registered already: the number need not be another's for that to be noticed.
TEST_P(ReuseTest, ARegularFileThatIsRegisteredIsNotTakenForANewOne) {
  const ScopedFd file = TemporaryFile();
  const int fd = file.get();
  const ScopedFd duplicate = Duplicate(fd);
  Register(fd, Interest::kReadable, 1);
  GiveNumber(file, duplicate);  // closed and opened, but the same file
  for (const Registering& registering : kRegisterings) {
    if (registering.name == "a batch that unregisters it first") continue;
    SCOPED_TRACE(registering.name);
    EXPECT_EQ(ErrnoOf(registering.go(poller(), fd, 2, Trigger::kLevel)), EEXIST);
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 1u)));
  }
}

}  // namespace
}  // namespace someos
