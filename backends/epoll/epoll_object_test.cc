// What Python promises of select.epoll: arguments, errors, lifetime. More of Poll is in
// epoll_object_poll_test.cc, and what the kernel does beneath in epoll_kernel_test.cc.

#include "someos/backends/epoll/epoll_object.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <functional>
#include <memory>
#include <sstream>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/waitable.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos::select {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr char kClosed[] = "I/O operation on closed epoll object";
constexpr char kNegative[] = "file descriptor cannot be a negative integer (-1)";

static_assert(kIsWaitable<Epoll>);
static_assert(!std::is_copy_constructible_v<Epoll> && !std::is_copy_assignable_v<Epoll>);
static_assert(std::is_nothrow_move_constructible_v<Epoll>);

Epoll MakeEpoll() { return Epoll::Create().value(); }

std::vector<EpollEvent> Now(Epoll& epoll) { return epoll.Poll(absl::ZeroDuration()).value(); }

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(EpollObject, IsCreatedOpen) {
  const Epoll epoll = MakeEpoll();
  EXPECT_GE(epoll.fileno(), 0);
  EXPECT_FALSE(epoll.closed());
  EXPECT_TRUE(IsOpen(epoll.fileno()));
}

TEST(EpollObject, SizeHintIsCheckedAndHasNoEffect) {
  EXPECT_THAT(Epoll::Create(-1), Succeeds());
  EXPECT_THAT(Epoll::Create(1), Succeeds());
  EXPECT_THAT(Epoll::Create(INT_MAX), Succeeds());
  for (const int sizehint : {0, -2, INT_MIN}) {
    const absl::Status status = Epoll::Create(sizehint).status();
    EXPECT_EQ(status, absl::InvalidArgumentError("negative sizehint"));
    EXPECT_EQ(ErrnoOf(status), 0);
  }
}

TEST(EpollObject, FlagsAreCloseOnExecOrNothing) {
  EXPECT_THAT(Epoll::Create(-1, 0), Succeeds());
  EXPECT_THAT(Epoll::Create(-1, kEpollCloexec), Succeeds());
  for (const int flags : {1, -1, kEpollCloexec | 1, 12356}) {
    EXPECT_THAT(Epoll::Create(-1, flags), FailsWithErrno(EINVAL, "invalid flags"));
  }
  // The hint is looked at first.
  EXPECT_THAT(Epoll::Create(-2, 1),
              FailsWithCode(StatusCode::kInvalidArgument, "negative sizehint"));
}

TEST(EpollObject, DescriptorIsNotInherited) {
  EXPECT_TRUE(IsCloseOnExec(MakeEpoll().fileno()));
  EXPECT_TRUE(IsCloseOnExec(Epoll::Create(-1, kEpollCloexec)->fileno()));
}

TEST(EpollObject, CloseLeavesErrnoAlone) {
  Epoll epoll = MakeEpoll();
  close(epoll.fileno());
  errno = ERANGE;
  epoll.Close();  // meets EBADF
  EXPECT_EQ(errno, ERANGE);
}

TEST(EpollObject, CreationReportsTheKernelsRefusal) {
  EpollSystem system = RealEpollSystem();
  system.create = [](int) {
    errno = EMFILE;
    return -1;
  };
  EXPECT_THAT(Epoll::Create(-1, 0, system), FailsWithErrno(EMFILE, "create an epoll object"));
}

TEST(EpollObject, RegistersIntegersAndWhateverHasAFileno) {
  struct Connection {
    int fileno() const { return fd; }
    int fd;
  };
  const SocketPair sockets;
  const Connection near = {sockets.near.get()};
  Epoll epoll = MakeEpoll();
  EXPECT_THAT(epoll.Register(near, kEpollOut), Succeeds());
  EXPECT_THAT(epoll.Modify(&near, kEpollIn), Succeeds());
  EXPECT_THAT(epoll.Modify(std::cref(near), kEpollIn | kEpollOut), Succeeds());
  EXPECT_THAT(epoll.Register(sockets.far.get(), kEpollOut), Succeeds());
  EXPECT_THAT(Now(epoll), UnorderedElementsAre(EpollEvent{near.fd, kEpollOut},
                                               EpollEvent{sockets.far.get(), kEpollOut}));
  EXPECT_THAT(epoll.Unregister(std::make_unique<Connection>(near)), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{sockets.far.get(), kEpollOut}));
}

TEST(EpollObject, WatchesReadingPriorityAndWritingByDefault) {
  const SocketPair sockets;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(sockets.near.get()), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{sockets.near.get(), kEpollOut}));
  WriteText(sockets.far.get(), "x");
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{sockets.near.get(), kEpollIn | kEpollOut}));
}

TEST(EpollObject, RefusesWhatTheKernelRefuses) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fd, kEpollIn), Succeeds());
  EXPECT_THAT(epoll.Register(fd, kEpollIn),
              FailsWithErrno(EEXIST, absl::StrCat("register fd ", fd)));
  ASSERT_THAT(epoll.Unregister(fd), Succeeds());
  EXPECT_THAT(epoll.Unregister(fd), FailsWithErrno(ENOENT, absl::StrCat("unregister fd ", fd)));
  EXPECT_THAT(epoll.Modify(fd, kEpollIn), FailsWithErrno(ENOENT, absl::StrCat("modify fd ", fd)));
  for (const int closed : {20000, INT_MAX}) {
    EXPECT_THAT(epoll.Register(closed),
                FailsWithErrno(EBADF, absl::StrCat("register fd ", closed)));
    EXPECT_THAT(epoll.Modify(closed, 0), FailsWithErrno(EBADF, absl::StrCat("modify fd ", closed)));
    EXPECT_THAT(epoll.Unregister(closed),
                FailsWithErrno(EBADF, absl::StrCat("unregister fd ", closed)));
  }
}

TEST(EpollObject, RefusesNegativeAndEnormousDescriptors) {
  Epoll epoll = MakeEpoll();
  for (const absl::Status& status :
       {epoll.Register(-1), epoll.Modify(-1, kEpollIn), epoll.Unregister(-1)}) {
    EXPECT_EQ(status, absl::InvalidArgumentError(kNegative));
  }
  EXPECT_EQ(epoll.Register(INT64_C(1) + INT_MAX).code(), StatusCode::kOutOfRange);
}

TEST(EpollObject, UnregisteringAClosedDescriptorIsReported) {
  Pipe pipe;
  const int fd = pipe.reader.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fd, kEpollIn), Succeeds());
  pipe.reader.reset();
  EXPECT_THAT(epoll.Unregister(fd), FailsWithErrno(EBADF, absl::StrCat("unregister fd ", fd)));
}

TEST(EpollObject, ConversationOfTwoSockets) {
  const SocketPair sockets;
  const int server = sockets.near.get(), client = sockets.far.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(server, kEpollIn | kEpollOut | kEpollEt), Succeeds());
  ASSERT_THAT(epoll.Register(client, kEpollIn | kEpollOut | kEpollEt), Succeeds());
  EXPECT_THAT(epoll.Poll(absl::Seconds(5), 4).value(),
              UnorderedElementsAre(EpollEvent{client, kEpollOut}, EpollEvent{server, kEpollOut}));
  EXPECT_THAT(epoll.Poll(absl::Milliseconds(20), 4).value(), IsEmpty()) << "no edge since";

  WriteText(client, "Hello");
  WriteText(server, "world");
  EXPECT_THAT(epoll.Poll(absl::Seconds(5), 4).value(),
              UnorderedElementsAre(EpollEvent{client, kEpollIn | kEpollOut},
                                   EpollEvent{server, kEpollIn | kEpollOut}));

  ASSERT_THAT(epoll.Unregister(client), Succeeds());
  ASSERT_THAT(epoll.Modify(server, kEpollOut), Succeeds());
  EXPECT_THAT(epoll.Poll(absl::Seconds(5), 4).value(), ElementsAre(EpollEvent{server, kEpollOut}));
}

TEST(EpollObject, FromFdTakesOver) {
  const SocketPair sockets;
  Epoll first = MakeEpoll();
  const int number = MustSucceed(dup(first.fileno()), "dup");  // the same kernel object
  {
    Epoll second = Epoll::FromFd(number).value();
    EXPECT_EQ(second.fileno(), number);
    ASSERT_THAT(second.Register(sockets.near.get(), kEpollOut), Succeeds());
    ASSERT_THAT(second.Register(sockets.far.get(), kEpollOut), Succeeds());
    EXPECT_THAT(Now(first), SizeIs(2));
    EXPECT_THAT(Now(second), SizeIs(2));
    first.Close();
    EXPECT_THAT(Now(second), SizeIs(2));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(EpollObject, FromFdLeavesTheDescriptorAsItIs) {
  const int inherited = MustSucceed(epoll_create1(0), "epoll_create1");
  const Epoll epoll = Epoll::FromFd(inherited).value();
  EXPECT_FALSE(IsCloseOnExec(inherited));
}

TEST(EpollObject, FromFdRefusesNegativeNumbersOnly) {
  EXPECT_EQ(Epoll::FromFd(-1).status(), absl::InvalidArgumentError(kNegative));
  EXPECT_EQ(Epoll::FromFd(-2).status().code(), StatusCode::kInvalidArgument);

  Pipe pipe;
  Epoll no_epoll = Epoll::FromFd(pipe.writer.release()).value();
  EXPECT_THAT(no_epoll.Register(pipe.reader.get()), FailsWithErrno(EINVAL, "register fd"));
  EXPECT_THAT(no_epoll.Poll(absl::ZeroDuration()), FailsWithErrno(EINVAL, "poll epoll fd"));

  Epoll not_open = Epoll::FromFd(INT_MAX).value();
  EXPECT_THAT(not_open.Register(pipe.reader.get()), FailsWithErrno(EBADF, "register fd"));
  EXPECT_THAT(not_open.Poll(absl::Seconds(1)), FailsWithErrno(EBADF, "poll epoll fd"));
}

// Every operation on a closed object.
void ExpectRefusals(Epoll& closed) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  EXPECT_TRUE(closed.closed());
  EXPECT_EQ(closed.fileno(), -1);
  const absl::Status refusal = absl::InvalidArgumentError(kClosed);
  EXPECT_EQ(closed.Register(fd, kEpollIn), refusal);
  EXPECT_EQ(closed.Modify(fd, kEpollIn), refusal);
  EXPECT_EQ(closed.Unregister(fd), refusal);
  EXPECT_EQ(closed.Poll(absl::Seconds(1)).status(), refusal);
  // Descriptors are looked at before, timeouts and maxevents after.
  EXPECT_EQ(closed.Register(-1), absl::InvalidArgumentError(kNegative));
  EXPECT_EQ(closed.Poll(absl::Hours(1'000'000), 0).status(), refusal);
  closed.Close();
}

TEST(EpollObject, IsOfNoUseOnceClosed) {
  Epoll epoll = MakeEpoll();
  const int number = epoll.fileno();
  epoll.Close();
  EXPECT_FALSE(IsOpen(number));
  ExpectRefusals(epoll);
}

TEST(EpollObject, IsClosedIfMadeFromNothing) {
  Epoll epoll;
  ExpectRefusals(epoll);
  epoll = MakeEpoll();
  EXPECT_THAT(Now(epoll), IsEmpty());
}

TEST(EpollObject, ClosesNothingTwice) {
  Epoll epoll = MakeEpoll();
  const int number = epoll.fileno();
  epoll.Close();
  const ScopedFd reuse(MustSucceed(fcntl(0, F_DUPFD, number), "fcntl"));
  ASSERT_EQ(reuse.get(), number);
  epoll.Close();
  EXPECT_TRUE(IsOpen(number));
}

TEST(EpollObject, CloseDoesNotMindADescriptorThatIsGone) {
  Epoll epoll = MakeEpoll();
  close(epoll.fileno());
  epoll.Close();
  EXPECT_TRUE(epoll.closed());
}

TEST(EpollObject, ClosesItselfAtTheEndOfItsScope) {
  int number;
  {
    const Epoll epoll = MakeEpoll();
    number = epoll.fileno();
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(EpollObject, MovesAndLeavesAClosedOneBehind) {
  const SocketPair sockets;
  Epoll first = MakeEpoll();
  const int number = first.fileno();
  ASSERT_THAT(first.Register(sockets.near.get(), kEpollOut), Succeeds());
  Epoll second = std::move(first);
  EXPECT_EQ(second.fileno(), number);
  EXPECT_THAT(Now(second), SizeIs(1));
  ExpectRefusals(first);

  Epoll third = MakeEpoll();
  const int replaced = third.fileno();
  third = std::move(second);
  EXPECT_FALSE(IsOpen(replaced));
  EXPECT_EQ(third.fileno(), number);
  EXPECT_THAT(Now(third), SizeIs(1));
  ExpectRefusals(second);

  Epoll& itself = third;
  third = std::move(itself);
  EXPECT_EQ(third.fileno(), number);
  first = MakeEpoll();  // a closed one may be given a new life
  EXPECT_FALSE(first.closed());
}

// The kernel object is what moves: what it has reported, and what it has not.
TEST(EpollObject, MovesWithWhatItHasReported) {
  const Pipe fired, edge, pending;
  Epoll first = MakeEpoll();
  ASSERT_THAT(first.Register(fired.reader.get(), kEpollIn | kEpollOneshot), Succeeds());
  ASSERT_THAT(first.Register(edge.reader.get(), kEpollIn | kEpollEt), Succeeds());
  ASSERT_THAT(first.Register(pending.reader.get(), kEpollIn | kEpollOneshot), Succeeds());
  WriteText(fired.writer.get(), "x");
  WriteText(edge.writer.get(), "x");
  ASSERT_THAT(Now(first), SizeIs(2));
  WriteText(pending.writer.get(), "x");
  Epoll second = MakeEpoll();
  EXPECT_THAT(Now(second), IsEmpty());
  second = std::move(first);
  EXPECT_THAT(Now(second), ElementsAre(EpollEvent{pending.reader.get(), kEpollIn}));
  EXPECT_THAT(Now(second), IsEmpty());
  ASSERT_THAT(second.Modify(fired.reader.get(), kEpollIn | kEpollOneshot), Succeeds());
  EXPECT_THAT(Now(second), ElementsAre(EpollEvent{fired.reader.get(), kEpollIn}));
}

// Numbers that others have got meanwhile stay open.
TEST(EpollObject, MovingClosesWhatTheTargetHadOnce) {
  Epoll target = MakeEpoll();
  const int replaced = target.fileno();
  int moved;
  ScopedFd reuse;
  {
    Epoll source = MakeEpoll();
    moved = source.fileno();
    target = std::move(source);
    ASSERT_FALSE(IsOpen(replaced));
    reuse = ScopedFd(MustSucceed(fcntl(0, F_DUPFD_CLOEXEC, replaced), "fcntl"));
    ASSERT_EQ(reuse.get(), replaced);
  }
  EXPECT_TRUE(IsOpen(moved)) << "closed by the source";
  EXPECT_EQ(target.fileno(), moved);
  {
    const Epoll last = std::move(target);
  }
  EXPECT_FALSE(IsOpen(moved));
  EXPECT_TRUE(IsOpen(replaced)) << "closed once more";
}

int precise_waits;

// A system without epoll_pwait2.
EpollSystem OldSystem() {
  EpollSystem system = RealEpollSystem();
  system.wait_precisely = [](int, epoll_event*, int, const timespec&) {
    ++precise_waits;
    errno = ENOSYS;
    return -1;
  };
  return system;
}

TEST(EpollObject, MovesTogetherWithItsSystemAndWhatItKnowsOfIt) {
  const EpollSystem old = OldSystem();
  Epoll first = Epoll::Create(-1, 0, old).value();
  precise_waits = 0;
  EXPECT_THAT(first.Poll(absl::Microseconds(10)), Succeeds());
  EXPECT_EQ(precise_waits, 1);
  Epoll constructed = std::move(first);
  EXPECT_THAT(constructed.Poll(absl::Microseconds(10)), Succeeds());
  Epoll assigned = MakeEpoll();
  EXPECT_THAT(assigned.Poll(absl::Microseconds(10)), Succeeds());
  assigned = std::move(constructed);
  EXPECT_THAT(assigned.Poll(absl::Microseconds(10)), Succeeds());
  EXPECT_EQ(precise_waits, 1) << "asked again after the kernel had said no";
  assigned = Epoll::Create(-1, 0, old).value();
  EXPECT_THAT(assigned.Poll(absl::Microseconds(10)), Succeeds());
  EXPECT_EQ(precise_waits, 2) << "not asked on behalf of a new object";
}

TEST(EpollObject, MaskHas32Bits) {
  const Pipe pipe;
  Epoll epoll = MakeEpoll();
  // As Python's -1: kEpollExclusive with bits that it excludes.
  EXPECT_THAT(epoll.Register(pipe.reader.get(), 0xffffffff), FailsWithErrno(EINVAL, "register fd"));
  EXPECT_THAT(epoll.Register(pipe.reader.get(), 0), Succeeds());
}

TEST(EpollEvent, IsAPairThatPrintsItsNames) {
  const EpollEvent event = {7, kEpollIn | kEpollHup};
  EXPECT_EQ(absl::StrCat(event), "(fd 7, EPOLLIN|EPOLLHUP)");
  std::ostringstream stream;
  stream << event;
  EXPECT_EQ(stream.str(), absl::StrCat(event));
  EXPECT_TRUE(event == (EpollEvent{7, kEpollIn | kEpollHup}));
  EXPECT_TRUE(event != (EpollEvent{7, kEpollIn}));
  EXPECT_TRUE(event != (EpollEvent{8, kEpollIn | kEpollHup}));
}

}  // namespace
}  // namespace someos::select
