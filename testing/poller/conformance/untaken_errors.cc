// An error that came with an event and that nobody has taken ends with its registration: the next
// one of the number has nothing of it.

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/child_process.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/tcp.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

// Calls that take `number` from a registration to one of `young`, for reading and with data 2.
struct Replacement {
  absl::string_view name;
  absl::Status (*go)(Poller& poller, const ScopedFd& number, const ScopedFd& young);
};

Change RegisterYoung(const ScopedFd& number) {
  return Change::Register(number.get(), Interest::kReadable, 2);
}

constexpr Replacement kReplacements[] = {
    {"unregister, close, register",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       absl::Status status = poller.Unregister(number.get());
       GiveNumber(number, young);
       status.Update(poller.Register(number.get(), Interest::kReadable, 2));
       return status;
     }},
    {"unregister in a batch, close, register",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       absl::Status status = poller.Apply({Change::Unregister(number.get())});
       GiveNumber(number, young);
       status.Update(poller.Register(number.get(), Interest::kReadable, 2));
       return status;
     }},
    {"unregister in a batch with one that is unknown, close, register in a batch",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       // The unknown one fails, and the batch may be made one by one.
       poller.Apply({Change::Unregister(number.get()), Change::Unregister(young.get())})
           .IgnoreError();
       GiveNumber(number, young);
       return poller.Apply({RegisterYoung(number)});
     }},
    {"close, unregister, register",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       GiveNumber(number, young);
       absl::Status status = poller.Unregister(number.get());
       status.Update(poller.Register(number.get(), Interest::kReadable, 2));
       return status;
     }},
    {"close, unregister and register in a batch",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       GiveNumber(number, young);
       return poller.Apply({Change::Unregister(number.get()), RegisterYoung(number)});
     }},
    {"close, register",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       GiveNumber(number, young);
       return poller.Register(number.get(), Interest::kReadable, 2);
     }},
    {"close, register in a batch",
     [](Poller& poller, const ScopedFd& number, const ScopedFd& young) {
       GiveNumber(number, young);
       return poller.Apply({RegisterYoung(number)});
     }},
};

TEST_P(DiagnosticsTest, AnUntakenErrorEndsWithItsRegistration) {
  for (const Replacement& replacement : kReplacements) {
    SCOPED_TRACE(replacement.name);
    TcpPair old;
    const TcpPair young;
    const int fd = old.near.get();
    Register(fd, Interest::kReadable, 1);
    CloseWithReset(old.far);
    WaitUntil(fd, Readiness::kReadable | Readiness::kError);
    ASSERT_THAT(replacement.go(poller(), old.near, young.near), Succeeds());
    EXPECT_EQ(poller().TakeError(fd).value_or(-1), 0);
    EXPECT_THAT(WaitNow(), IsEmpty());
    WriteText(young.far.get(), "x");
    const auto events = WaitReady();
    ASSERT_THAT(events, ElementsAre(EventOf(fd, Readiness::kReadable)));
    EXPECT_EQ(events[0].data, 2u);
    EXPECT_EQ(poller().TakeError(fd).value_or(-1), 0);
    Unregister(fd);
  }
  ExpectQuiet();
}

// The socket is open, and its error is still there.
TEST_P(DiagnosticsTest, NothingIsReportedOfAnUntakenErrorOnceItIsUnregistered) {
  for (const bool in_a_batch : {false, true}) {
    TcpPair pair;
    const int fd = pair.near.get();
    Register(fd, kReadAndWrite, 1);
    CloseWithReset(pair.far);
    WaitUntil(fd, Readiness::kReadable | Readiness::kError);
    if (in_a_batch) {
      EXPECT_THAT(poller().Apply({Change::Unregister(fd)}), Succeeds());
    } else {
      Unregister(fd);
    }
    EXPECT_THAT(poller().TakeError(fd), FailsWithErrno(ENOENT, "take error of fd "));
    ExpectQuiet();
  }
}

TEST_P(DiagnosticsTest, AnUntakenErrorOutlivesAModify) {
  TcpPair pair;
  const int fd = pair.near.get();
  Register(fd, Interest::kReadable, 1);
  CloseWithReset(pair.far);
  WaitUntil(fd, Readiness::kReadable | Readiness::kError);
  Modify(fd, Interest::kNone, 2);
  ExpectQuiet();
  EXPECT_THAT(poller().Apply({Change::Modify(fd, Interest::kReadable, 3)}), Succeeds());
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 3u)));
  EXPECT_EQ(poller().TakeError(fd).value_or(-1), ECONNRESET);
}

// One descriptor's error is not another's.
TEST_P(DiagnosticsTest, UntakenErrorsAreTheirDescriptors) {
  TcpPair reset;
  const TcpPair sound;
  Register(reset.near.get(), Interest::kReadable, 1);
  Register(sound.near.get(), Interest::kReadable, 2);
  CloseWithReset(reset.far);
  WaitReady();
  Unregister(sound.near.get());
  Register(sound.near.get(), Interest::kReadable, 3);
  EXPECT_EQ(poller().TakeError(sound.near.get()).value_or(-1), 0);
  EXPECT_EQ(poller().TakeError(reset.near.get()).value_or(-1), ECONNRESET);
}

TEST_P(ForkTest, AnUntakenErrorIsLostWithItsRegistration) {
  TcpPair old;
  const TcpPair young;
  const int fd = old.near.get();
  Register(fd, Interest::kReadable, 1);
  CloseWithReset(old.far);
  WaitUntil(fd, Readiness::kReadable | Readiness::kError);
  EXPECT_EQ(RunInChild([&]() -> std::string {
              GiveNumber(old.near, young.near);
              // It says that it has lost the registration, whose number is another file's.
              poller().RebuildAfterFork().IgnoreError();
              poller().Unregister(fd).IgnoreError();
              const absl::Status registered = poller().Register(fd, Interest::kReadable, 2);
              if (!registered.ok()) return registered.ToString();
              const absl::StatusOr<int> error = poller().TakeError(fd);
              if (!error.ok()) return error.status().ToString();
              return *error == 0 ? "" : absl::StrCat("the old socket's error: ", *error);
            }),
            "");
}

// Somebody else's socket, which has come to have a number that is registered still.
TEST_P(DiagnosticsTest, TheErrorOfAnotherFileIsLeftToIt) {
  for (const Trigger trigger : {Trigger::kLevel, Trigger::kOneShot}) {
    for (const Interest interest : {Interest::kNone, kReadAndWrite}) {
      SCOPED_TRACE(absl::StrCat(interest, ", ", TriggerName(trigger)));
      const ScopedFd client = BeginRefusedConnect();
      if (client.get() < 0) GTEST_SKIP() << "this system's connect() is refused at once";
      pollfd refused = {client.get(), POLLOUT, 0};
      ASSERT_EQ(poll(&refused, 1, absl::ToInt64Milliseconds(kPatience)), 1);
      const TcpPair pair;
      const ScopedFd file = TemporaryFile();
      for (const int fd : {pair.near.get(), file.get()}) {
        Register(fd, interest, 1, trigger);
        if (interest != Interest::kNone) WaitReady();
      }
      for (const ScopedFd* number : {&pair.near, &file}) {
        GiveNumber(*number, client);
        EXPECT_THAT(poller().TakeError(number->get()), FailsWithErrno(ENOENT, "take error of fd "));
        Unregister(number->get());
      }
      int error = 0;
      socklen_t size = sizeof(error);
      MustSucceed(getsockopt(client.get(), SOL_SOCKET, SO_ERROR, &error, &size), "getsockopt");
      // libkqueue itself takes the errors of sockets (findings/libkqueue_so_error.sh).
      if (!OverLibkqueue()) {
        EXPECT_EQ(error, ECONNREFUSED);
      }
    }
  }
  ExpectQuiet();
}

}  // namespace
}  // namespace someos
