// Epoll::Poll: its timeout and maxevents, and what signals, other threads and too little memory do
// to it.

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/epoll/epoll_object.h"
#include "someos/testing/child_process.h"
#include "someos/testing/clocks.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signal_source.h"
#include "someos/testing/signals.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Events = std::vector<EpollEvent>;

Epoll MakeEpoll() { return Epoll::Create().value(); }

Events Now(Epoll& epoll, int maxevents = -1) {
  return epoll.Poll(absl::ZeroDuration(), maxevents).value();
}

// Polls in a thread of its own.
class PollingThread {
 public:
  explicit PollingThread(Epoll& epoll)
      : thread_([this, &epoll] {
          id_ = static_cast<int>(syscall(SYS_gettid));
          result_ = epoll.Poll();
        }) {}
  ~PollingThread() {
    if (thread_.joinable()) thread_.join();
  }

  // Returns when the thread sleeps: after its first lines, nothing but the wait makes it.
  void AwaitInside() const {
    while (id_ == 0) sched_yield();
    std::string line;
    do {
      sched_yield();
      std::ifstream stat(absl::StrCat("/proc/self/task/", id_.load(), "/stat"));
      if (!std::getline(stat, line)) return;  // it has ended
    } while (!absl::StrContains(line, ") S "));
  }

  pthread_t handle() { return thread_.native_handle(); }

  absl::StatusOr<Events> Join() {
    thread_.join();
    return std::move(result_);
  }

 private:
  std::atomic<int> id_{0};
  absl::StatusOr<Events> result_ = absl::UnknownError("not polled");
  std::thread thread_;
};

TEST(EpollPoll, TimeoutsAreChecked) {
  Epoll epoll = MakeEpoll();
  const absl::Status too_large = absl::OutOfRangeError("timeout is too large");
  const absl::Duration longest = absl::Milliseconds(INT_MAX);
  EXPECT_EQ(epoll.Poll(longest + absl::Nanoseconds(1)).status(), too_large);
  EXPECT_EQ(epoll.Poll(-longest - absl::Milliseconds(2)).status(), too_large);
  EXPECT_EQ(epoll.Poll(-absl::InfiniteDuration()).status(), too_large);
  // Before maxevents.
  EXPECT_EQ(epoll.Poll(absl::Hours(1'000'000), 0).status(), too_large);
}

TEST(EpollPoll, NothingNegativeAndInfinityBlock) {
  const SocketPair sockets;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(sockets.near.get(), kEpollOut), Succeeds());
  // That they block for good, a ready descriptor cannot tell; the seam can.
  static int milliseconds;
  EpollSystem system = RealEpollSystem();
  system.wait = [](int fd, epoll_event* events, int maxevents, int timeout) {
    milliseconds = timeout;
    return epoll_wait(fd, events, maxevents, 0);
  };
  Epoll seam = Epoll::FromFd(dup(epoll.fileno()), system).value();
  for (const std::optional<absl::Duration> timeout :
       {std::optional<absl::Duration>(), std::optional(absl::InfiniteDuration()),
        std::optional(absl::Seconds(-1)), std::optional(absl::Milliseconds(-1)),
        std::optional(absl::Milliseconds(INT_MIN))}) {
    milliseconds = 0;
    EXPECT_THAT(seam.Poll(timeout).value(), SizeIs(1));
    EXPECT_EQ(milliseconds, -1);
    EXPECT_THAT(epoll.Poll(timeout).value(), SizeIs(1));
  }
}

TEST(EpollPoll, LessThanAMillisecondBelowZeroReturnsAtOnce) {
  Epoll epoll = MakeEpoll();
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Nanoseconds(-1), absl::Microseconds(-999)}) {
    EXPECT_THAT(epoll.Poll(timeout).value(), IsEmpty());
  }
}

TEST(EpollPoll, TimeoutIsWaitedToItsEnd) {
  const Pipe pipe;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get(), kEpollIn), Succeeds());
  for (const absl::Duration timeout :
       {absl::Microseconds(1), absl::Microseconds(1500), absl::Milliseconds(20)}) {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(epoll.Poll(timeout).value(), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, timeout);
  }
}

TEST(EpollPoll, MaxEventsIsChecked) {
  Epoll epoll = MakeEpoll();
  EXPECT_EQ(epoll.Poll(absl::ZeroDuration(), 0).status(),
            absl::InvalidArgumentError("maxevents must be greater than 0, got 0"));
  EXPECT_EQ(epoll.Poll(absl::ZeroDuration(), -2).status(),
            absl::InvalidArgumentError("maxevents must be greater than 0, got -2"));
  EXPECT_EQ(ErrnoOf(epoll.Poll(absl::ZeroDuration(), -2).status()), 0);
}

TEST(EpollPoll, EnormousMaxEventsWorksAsFarAsTheKernelTakesIt) {
  const SocketPair sockets;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(sockets.near.get(), kEpollOut), Succeeds());
  constexpr int kMost = INT_MAX / sizeof(epoll_event);
  EXPECT_THAT(Now(epoll, FD_SETSIZE - 1), SizeIs(1));
  EXPECT_THAT(Now(epoll, FD_SETSIZE), SizeIs(1));
  EXPECT_THAT(Now(epoll, kMost), SizeIs(1));
  for (const int too_many : {kMost + 1, INT_MAX}) {
    EXPECT_THAT(epoll.Poll(absl::ZeroDuration(), too_many),
                FailsWithErrno(EINVAL, absl::StrCat("poll: maxevents ", too_many)));
  }
}

TEST(EpollPoll, DefaultMaxEventsIsPythonsAndTheRestComesNext) {
  constexpr int kReady = 1500;
  constexpr int kDefault = FD_SETSIZE - 1;
  if (RaiseDescriptorLimit(kReady + 100) < kReady + 100) GTEST_SKIP() << "too few descriptors";
  SignalSource source;
  source.Raise();
  std::vector<ScopedFd> duplicates;
  Epoll epoll = MakeEpoll();
  for (int i = 0; i < kReady; ++i) {
    duplicates.push_back(Duplicate(source.fd()));
    ASSERT_THAT(epoll.Register(duplicates.back().get(), kEpollIn), Succeeds());
  }
  EXPECT_THAT(Now(epoll, 10'000), SizeIs(kReady));
  EXPECT_THAT(Now(epoll, 7), SizeIs(7));

  std::set<int> seen;
  for (int i = 0; i < 2; ++i) {
    const std::vector<EpollEvent> events = Now(epoll);
    EXPECT_THAT(events, SizeIs(kDefault));
    for (const auto& [fd, mask] : events) {
      EXPECT_EQ(mask, kEpollIn);
      seen.insert(fd);
    }
  }
  EXPECT_THAT(seen, SizeIs(kReady)) << "the kernel hands out what it has not handed out first";
}

// A fraction of a millisecond is neither cut off, which would poll in a busy loop, nor taken
// for zero.
TEST(EpollPoll, FractionsOfAMillisecondAreRoundedUp) {
  static std::atomic<int> milliseconds, waits;
  EpollSystem system = RealEpollSystem();
  system.wait_precisely = [](int, epoll_event*, int, const timespec&) {
    errno = ENOSYS;
    return -1;
  };
  system.wait = [](int fd, epoll_event* events, int maxevents, int timeout) {
    if (timeout != 0) {  // otherwise it is a look
      milliseconds = timeout;
      ++waits;
    }
    return epoll_wait(fd, events, maxevents, timeout);
  };
  Epoll epoll = Epoll::Create(-1, 0, system).value();
  for (const auto& [timeout, expected] :
       {std::pair(absl::Nanoseconds(1), 1), std::pair(absl::Microseconds(999), 1),
        std::pair(absl::Microseconds(1001), 2)}) {
    waits = 0;
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(epoll.Poll(timeout).value(), IsEmpty());
    EXPECT_GE(MonotonicNow() - start, timeout);
    EXPECT_EQ(milliseconds, expected);
    EXPECT_EQ(waits, 1);
  }
}

TEST(EpollPoll, LongestTimeoutReachesTheKernelAsWhatItTakes) {
  static std::vector<absl::Duration> timeouts;
  timeouts.clear();
  EpollSystem system = RealEpollSystem();
  system.wait_precisely = [](int, epoll_event* events, int, const timespec& timeout) {
    timeouts.push_back(absl::DurationFromTimespec(timeout));
    if (timeouts.size() < 3) return 0;  // over before the time is: the wait goes on
    events[0].events = EPOLLIN;
    events[0].data.fd = 7;
    return 1;
  };
  Epoll epoll = Epoll::Create(-1, 0, system).value();
  EXPECT_THAT(epoll.Poll(absl::Milliseconds(INT_MAX)).value(),
              ElementsAre(EpollEvent{7, kEpollIn}));
  EXPECT_EQ(timeouts.size(), 3u);
  for (const absl::Duration timeout : timeouts) EXPECT_LE(timeout, absl::Milliseconds(INT_MAX));
}

std::atomic<int> g_handled{0};
void CountSignal(int /*signal*/) { g_handled.fetch_add(1); }

TEST(EpollPoll, TimeoutHoldsUnderSignals) {
  constexpr absl::Duration kTimeout = absl::Milliseconds(100);
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  g_handled = 0;
  Epoll epoll = MakeEpoll();
  const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
  const absl::Duration start = MonotonicNow();
  EXPECT_THAT(epoll.Poll(kTimeout).value(), IsEmpty());
  EXPECT_GE(MonotonicNow() - start, kTimeout);
  EXPECT_GE(g_handled, 3) << "too few signals came to prove anything";
}

TEST(EpollPoll, EndlessPollGoesOnAfterASignal) {
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  g_handled = 0;
  const Pipe pipe;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get(), kEpollIn), Succeeds());
  PollingThread thread(epoll);
  thread.AwaitInside();
  pthread_kill(thread.handle(), SIGUSR1);
  while (g_handled == 0) sched_yield();
  thread.AwaitInside();
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(thread.Join().value(), ElementsAre(EpollEvent{pipe.reader.get(), kEpollIn}));
}

TEST(EpollPoll, ASignalEndsAPollThatAsksForIt) {
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  const Pipe pipe;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get(), kEpollIn), Succeeds());
  {
    const SignalStorm storm(pthread_self(), SIGUSR1, absl::Milliseconds(2));
    for (const int maxevents : {-1, 5000}) {
      EXPECT_THAT(epoll.Poll(std::nullopt, maxevents, OnSignal::kReturn),
                  FailsWithErrno(EINTR, "poll epoll fd"));
      EXPECT_THAT(epoll.Poll(absl::Hours(1), maxevents, OnSignal::kReturn),
                  FailsWithErrno(EINTR, "poll epoll fd"));
    }
  }
  WriteText(pipe.writer.get(), "x");
  EXPECT_EQ(epoll.Poll(absl::Hours(1), -1, OnSignal::kReturn)->size(), 1u);
}

TEST(EpollPoll, RunningPollSeesWhatAnotherThreadRegisters) {
  const SocketPair sockets;
  Epoll epoll = MakeEpoll();
  PollingThread thread(epoll);
  thread.AwaitInside();
  ASSERT_THAT(epoll.Register(sockets.near.get(), kEpollOut), Succeeds());
  EXPECT_THAT(thread.Join().value(), ElementsAre(EpollEvent{sockets.near.get(), kEpollOut}));
}

TEST(EpollPoll, RunningPollOutlivesTheCloseOfAnotherThread) {
  const Pipe pipe;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get(), kEpollIn), Succeeds());
  PollingThread thread(epoll);
  thread.AwaitInside();
  epoll.Close();
  EXPECT_TRUE(epoll.closed());
  WriteText(pipe.writer.get(), "x");
  EXPECT_THAT(thread.Join().value(), ElementsAre(EpollEvent{pipe.reader.get(), kEpollIn}));
}

TEST(EpollPoll, PollThatIsInterruptedNoticesThatItHasBeenClosed) {
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  const Pipe pipe;
  Epoll epoll = MakeEpoll();
  ASSERT_THAT(epoll.Register(pipe.reader.get(), kEpollIn), Succeeds());
  PollingThread thread(epoll);
  thread.AwaitInside();
  epoll.Close();
  pthread_kill(thread.handle(), SIGUSR1);
  EXPECT_THAT(thread.Join(), FailsWithErrno(EBADF, "poll"));
}

TEST(EpollPoll, MemoryThatIsNotThereIsReported) {
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_MEMORY_SANITIZER) || \
    defined(ABSL_HAVE_THREAD_SANITIZER)
  GTEST_SKIP() << "a sanitizer's allocator cannot do with less memory";
#endif
  const std::string not_enforced = "this system does not enforce RLIMIT_AS, as qemu does not";
  Epoll epoll = MakeEpoll();
  const std::string complaint = RunInChild([&]() -> std::string {
    rlimit limit = {};
    MustSucceed(getrlimit(RLIMIT_AS, &limit), "getrlimit");
    limit.rlim_cur = 1 << 20;  // less than is in use
    MustSucceed(setrlimit(RLIMIT_AS, &limit), "setrlimit");
    // What malloc has in reserve does not count.
    int taken = 0;
    for (void* volatile block = &limit; block != nullptr; block = malloc(1 << 20)) {
      if (++taken > 1000) return not_enforced;
    }
    const absl::StatusOr<Events> events = epoll.Poll(absl::ZeroDuration(), 10'000'000);
    return ErrnoOf(events.status()) == ENOMEM ? "" : events.status().ToString();
  });
  if (complaint == not_enforced) GTEST_SKIP() << not_enforced;
  EXPECT_EQ(complaint, "");
}

}  // namespace
}  // namespace someos::select
