// What Linux does beneath select.epoll: traps for the user that this object, unlike the Poller,
// passes on as they are.

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/backends/epoll/epoll_object.h"
#include "someos/testing/child_process.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Events = std::vector<EpollEvent>;

Epoll MakeEpoll() { return Epoll::Create().value(); }

Events Now(Epoll& epoll) { return epoll.Poll(absl::ZeroDuration()).value(); }

TEST(EpollKernel, ClosedFileWithADuplicateGoesOnAndCannotBeUnregistered) {
  Pipe pipe;
  const int fd = pipe.reader.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fd, kEpollIn), Succeeds());
  const ScopedFd duplicate = Duplicate(fd);
  pipe.reader.reset();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollIn}));
  EXPECT_THAT(epoll.Unregister(fd), FailsWithErrno(EBADF, "unregister fd"));
  EXPECT_THAT(epoll.Unregister(duplicate.get()), FailsWithErrno(ENOENT, "unregister fd"));
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollIn}));
}

TEST(EpollKernel, ChildEditsTheSetOfItsParent) {
  const SocketPair sockets;
  const int near = sockets.near.get(), far = sockets.far.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(near, kEpollOut), Succeeds());
  EXPECT_EQ(RunInChild([&]() -> std::string {
              if (epoll.closed()) return "closed by the fork";
              absl::Status status = epoll.Unregister(near);
              status.Update(epoll.Register(far, kEpollOut));
              epoll.Close();
              return status.ok() ? "" : status.ToString();
            }),
            "");
  EXPECT_FALSE(epoll.closed());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{far, kEpollOut}));
}

TEST(EpollKernel, HangupAndErrorComeUnasked) {
  Pipe pipe, broken;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get(), 0), Succeeds());
  EXPECT_THAT(Now(epoll), IsEmpty());
  pipe.writer.reset();
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{pipe.reader.get(), kEpollHup}));
  ASSERT_THAT(epoll.Unregister(pipe.reader.get()), Succeeds());

  ASSERT_THAT(epoll.Register(broken.writer.get(), 0), Succeeds());
  broken.reader.reset();
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{broken.writer.get(), kEpollErr}));
}

TEST(EpollKernel, OneShotSilencesThemUntilItIsArmedAgain) {
  Pipe pipe;
  const int fd = pipe.reader.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fd, kEpollIn | kEpollOneshot), Succeeds());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollIn}));
  EXPECT_THAT(Now(epoll), IsEmpty());
  pipe.writer.reset();
  EXPECT_THAT(Now(epoll), IsEmpty());
  ASSERT_THAT(epoll.Modify(fd, kEpollIn | kEpollOneshot), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollIn | kEpollHup}));
}

TEST(EpollKernel, FilesThatNeverBlockAreRefused) {
  const ScopedFd file = TemporaryFile();
  const ScopedFd directory(MustSucceed(open("/", O_RDONLY | O_CLOEXEC), "open"));
  const ScopedFd null(MustSucceed(open("/dev/null", O_RDWR | O_CLOEXEC), "open"));
  Epoll epoll = MakeEpoll();
  for (const ScopedFd* fd : {&file, &directory, &null}) {
    EXPECT_THAT(epoll.Register(fd->get()),
                FailsWithErrno(EPERM, absl::StrCat("register fd ", fd->get())));
  }
}

TEST(EpollKernel, ItselfIsRefused) {
  Epoll epoll = MakeEpoll();
  EXPECT_THAT(epoll.Register(epoll, kEpollIn), FailsWithErrno(EINVAL, "register fd"));
}

TEST(EpollKernel, ChainsAndCirclesEnd) {
  Epoll first = MakeEpoll();
  Epoll second = MakeEpoll();
  ASSERT_THAT(first.Register(second, kEpollIn), Succeeds());
  EXPECT_THAT(second.Register(first, kEpollIn), FailsWithErrno(ELOOP, "register fd"));

  std::vector<Epoll> chain;
  absl::Status status;
  chain.push_back(MakeEpoll());
  while (status.ok() && chain.size() < 20) {
    chain.push_back(MakeEpoll());
    status = chain.back().Register(chain[chain.size() - 2], kEpollIn);
  }
  EXPECT_TRUE(ErrnoOf(status) == ELOOP || ErrnoOf(status) == EINVAL) << status;
}

TEST(EpollKernel, ReadyObjectIsReadableInAnother) {
  const Pipe pipe;
  Epoll inner = MakeEpoll();
  Epoll outer = MakeEpoll();
  ASSERT_THAT(inner.Register(pipe.reader.get(), kEpollIn), Succeeds());
  ASSERT_THAT(outer.Register(inner, kEpollIn), Succeeds());
  EXPECT_THAT(Now(outer), IsEmpty());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(Now(outer), ElementsAre(EpollEvent{inner.fileno(), kEpollIn}));
}

TEST(EpollKernel, EdgeIsSilentAfterAPartialReadUntilModified) {
  const Pipe pipe;
  const int fd = pipe.reader.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fd, kEpollIn | kEpollEt), Succeeds());
  WriteText(pipe.writer.get(), "two");
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollIn}));
  char byte;
  ASSERT_EQ(read(fd, &byte, 1), 1);
  EXPECT_THAT(Now(epoll), IsEmpty());
  ASSERT_THAT(epoll.Modify(fd, kEpollIn | kEpollEt), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollIn}));
  EXPECT_THAT(Now(epoll), IsEmpty());
}

TEST(EpollKernel, ModifyReplacesTheTriggerTogetherWithTheMask) {
  const SocketPair sockets;
  const int fd = sockets.near.get();
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fd, kEpollOut | kEpollEt), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollOut}));
  EXPECT_THAT(Now(epoll), IsEmpty());
  ASSERT_THAT(epoll.Modify(fd, kEpollOut), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollOut}));
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollOut}));
  ASSERT_THAT(epoll.Modify(fd, kEpollOut | kEpollEt), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fd, kEpollOut}));
  EXPECT_THAT(Now(epoll), IsEmpty());
}

TEST(EpollKernel, PipeEndIsHangupWithoutIn) {
  Pipe pipe;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get()), Succeeds());
  pipe.writer.reset();
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{pipe.reader.get(), kEpollHup}));
}

TEST(EpollKernel, FreshTcpSocketIsWritableAndHungUp) {
  const ScopedFd fresh(MustSucceed(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(fresh.get()), Succeeds());
  EXPECT_THAT(Now(epoll), ElementsAre(EpollEvent{fresh.get(), kEpollOut | kEpollHup}));
}

#ifdef EPOLLEXCLUSIVE
TEST(EpollKernel, ExclusiveCannotBeModified) {
  const Pipe pipe, other;
  Epoll epoll = MakeEpoll();
  const absl::Status exclusive = epoll.Register(pipe.reader.get(), kEpollIn | kEpollExclusive);
  if (ErrnoOf(exclusive) == EINVAL) GTEST_SKIP() << "EPOLLEXCLUSIVE needs Linux 4.5";
  ASSERT_THAT(exclusive, Succeeds());
  EXPECT_THAT(epoll.Modify(pipe.reader.get(), kEpollIn), FailsWithErrno(EINVAL, "modify fd"));
  EXPECT_THAT(epoll.Register(other.reader.get(), kEpollIn | kEpollOneshot | kEpollExclusive),
              FailsWithErrno(EINVAL, "register fd"));
  ASSERT_THAT(epoll.Register(other.reader.get(), kEpollIn), Succeeds());
  EXPECT_THAT(epoll.Modify(other.reader.get(), kEpollIn | kEpollExclusive),
              FailsWithErrno(EINVAL, "modify fd"));
  EXPECT_THAT(epoll.Unregister(pipe.reader.get()), Succeeds());
}
#endif

TEST(EpollKernel, MostWatchesOfAUserIsReported) {
  EpollSystem system = RealEpollSystem();
  system.control = [](int, int, int, epoll_event*) {
    errno = ENOSPC;
    return -1;
  };
  Epoll epoll = Epoll::Create(-1, 0, system).value();
  EXPECT_THAT(epoll.Register(7), FailsWithErrno(ENOSPC, "register fd 7"));
}

}  // namespace
}  // namespace someos::select
