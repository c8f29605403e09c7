// What the handler of SIGBUS passes on, and to whom. Each test has a process of its own, in which
// nothing has been guarded yet.

#include "someos/backends/mapping_base/fault_handler.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/mapping.h"
#include "someos/backends/mapping_reserve/reserve_mapping.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/mapping/conformance/fixture.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/signals.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace someos::mapping_base {
namespace {

std::unique_ptr<Mapping> Map(const ScopedFd& file, bool guarded) {
  MappingOptions options;
  options.access = Access::kRead;
  options.guarded = guarded;
  absl::StatusOr<std::unique_ptr<Mapping>> mapping =
      ReserveMappingBackend().map_file(file.get(), std::nullopt, options);
  EXPECT_THAT(mapping, Succeeds());
  return mapping.ok() ? *std::move(mapping) : nullptr;
}

// The signal that ends a child which runs `body`; 0 if it does not end by one.
int SignalThatEnds(absl::FunctionRef<void()> body) {
  const pid_t child = MustSucceed(fork(), "fork");
  if (child == 0) {
    body();
    _exit(0);
  }
  int status;
  MustSucceed(waitpid(child, &status, 0), "waitpid");
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// Access to a page that the compiler must not leave out.
char ByteAt(const Mapping& mapping, size_t at) {
  return *static_cast<const volatile char*>(mapping.data() + at);
}

// ---- a handler of the program's ----------------------------------------------------------------

struct Seen {
  int calls = 0;
  int signal = 0;
  const void* address = nullptr;
  bool blocks_signal = false;
  bool blocks_other = false;  // SIGUSR1
  bool on_alternate_stack = false;
};
Seen g_seen;
int g_file = -1;

// Makes the file whole again, so that the access works when it is made again.
void Heal() {
  ++g_seen.calls;
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  g_seen.blocks_signal = sigismember(&blocked, SIGBUS) == 1;
  g_seen.blocks_other = sigismember(&blocked, SIGUSR1) == 1;
  stack_t stack = {};
  sigaltstack(nullptr, &stack);
  g_seen.on_alternate_stack = (stack.ss_flags & SS_ONSTACK) != 0;
  if (g_file >= 0) MustSucceed(ftruncate(g_file, 1 << 20), "ftruncate");
}

void OnSignal(int signal) {
  g_seen.signal = signal;
  Heal();
}

void OnSignalWithInfo(int signal, siginfo_t* info, void* context) {
  EXPECT_NE(context, nullptr);
  g_seen.signal = signal;
  g_seen.address = info->si_addr;
  Heal();
}

void Handle(int flags) {
  struct sigaction action = {};
  if ((flags & SA_SIGINFO) != 0) {
    action.sa_sigaction = OnSignalWithInfo;
  } else {
    action.sa_handler = OnSignal;
  }
  action.sa_flags = flags;
  sigaddset(&action.sa_mask, SIGUSR1);
  MustSucceed(sigaction(SIGBUS, &action, nullptr), "sigaction");
}

void SetAction(void (*action)(int)) { signal(SIGBUS, action); }

// ---- tests -------------------------------------------------------------------------------------

TEST(FaultHandler, IsInstalledWithTheFirstGuardedMappingAlone) {
  const ScopedFd file = FileOfPages(1);
  ExpectInChild([&] {
    const std::string before = SignalSettings();
    Map(file, false);
    EXPECT_EQ(SignalSettings(), before);
    Map(file, true);
    const std::string after = SignalSettings();
    EXPECT_NE(after, before);
    Map(file, true);
    EXPECT_EQ(SignalSettings(), after);
  });
}

TEST(FaultHandler, AFaultWithoutAGuardHasItsDefaultEffect) {
  const ScopedFd file = FileOfPages(2);
  for (const bool guarded : {false, true}) {
    EXPECT_EQ(SignalThatEnds([&] {
                SetAction(SIG_DFL);
                const std::unique_ptr<Mapping> other = Map(file, true);
                const std::unique_ptr<Mapping> mapping = Map(file, guarded);
                absl::StatusOr<Mapping::Guard> guard = other->Enter();
                SetSize(file, 0);
                ByteAt(*mapping, 0);
              }),
              SIGBUS);
    SetSize(file, 2 * Pages(1).size());
  }
}

TEST(FaultHandler, AFaultThatIsIgnoredEndsTheProgramAsItDoesWithoutUs) {
  const ScopedFd file = FileOfPages(2);
  EXPECT_EQ(SignalThatEnds([&] {
              SetAction(SIG_IGN);
              const std::unique_ptr<Mapping> mapping = Map(file, true);
              SetSize(file, 0);
              ByteAt(*mapping, 0);
            }),
            SIGBUS);
}

TEST(FaultHandler, SignalsThatAProcessSendsHaveTheirEffect) {
  const ScopedFd file = FileOfPages(1);
  const auto send = [&](void (*action)(int)) {
    return SignalThatEnds([&] {
      SetAction(action);
      const std::unique_ptr<Mapping> mapping = Map(file, true);
      absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
      kill(getpid(), SIGBUS);
    });
  };
  EXPECT_EQ(send(SIG_DFL), SIGBUS);
  EXPECT_EQ(send(SIG_IGN), 0);
}

TEST(FaultHandler, TheHandlerThatWasThereIsCalledAsTheKernelWouldHave) {
  for (const int flags : {0, SA_SIGINFO, SA_NODEFER, SA_SIGINFO | SA_NODEFER}) {
    const ScopedFd file = FileOfPages(2);
    ExpectInChild([&] {
      Handle(flags);
      g_file = file.get();
      const std::unique_ptr<Mapping> mapping = Map(file, true);
      SetSize(file, 0);
      errno = 123;
      EXPECT_EQ(ByteAt(*mapping, 5), '\0');
      EXPECT_EQ(errno, 123);
      EXPECT_EQ(g_seen.calls, 1);
      EXPECT_EQ(g_seen.signal, SIGBUS);
      EXPECT_EQ(g_seen.blocks_signal, (flags & SA_NODEFER) == 0);
      EXPECT_TRUE(g_seen.blocks_other);
      if ((flags & SA_SIGINFO) != 0) EXPECT_EQ(g_seen.address, mapping->data() + 5);
      // And with a Guard it is not called.
      absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
      ASSERT_THAT(guard, Succeeds());
      SetSize(file, 0);
      EXPECT_EQ(ByteAt(*mapping, 5), '\0');
      EXPECT_THAT(guard->Done(), FailsWithCode(absl::StatusCode::kDataLoss, "pages of fd"));
      EXPECT_EQ(g_seen.calls, 1);
    });
  }
}

// Where else could it report that the stack is used up?
TEST(FaultHandler, AThreadsAlternateStackIsUsed) {
  const ScopedFd file = FileOfPages(2);
  ExpectInChild([&] {
    std::string memory(1 << 20, '\0');
    stack_t stack = {};
    stack.ss_sp = memory.data();
    stack.ss_size = memory.size();
    MustSucceed(sigaltstack(&stack, nullptr), "sigaltstack");
    Handle(SA_ONSTACK);
    g_file = file.get();
    const std::unique_ptr<Mapping> mapping = Map(file, true);
    SetSize(file, 0);
    EXPECT_EQ(ByteAt(*mapping, 0), '\0');
    EXPECT_EQ(g_seen.calls, 1);
    EXPECT_TRUE(g_seen.on_alternate_stack);
    stack.ss_flags = SS_DISABLE;
    MustSucceed(sigaltstack(&stack, nullptr), "sigaltstack");
  });
}

TEST(FaultHandler, AHandlerForOneTimeIsCalledOnce) {
  const ScopedFd file = FileOfPages(2);
  EXPECT_EQ(SignalThatEnds([&] {
              Handle(SA_RESETHAND);
              g_file = file.get();
              const std::unique_ptr<Mapping> mapping = Map(file, true);
              SetSize(file, 0);
              ByteAt(*mapping, 0);
              if (g_seen.calls != 1) _exit(1);
              SetSize(file, 0);
              ByteAt(*mapping, 0);
            }),
            SIGBUS);
}

#ifdef BUS_MCEERR_AR
// Sends this thread a SIGBUS as the kernel would for `address`.
void Pretend(int code, const void* address) {
  siginfo_t info;
  std::memset(&info, 0, sizeof(info));
  info.si_signo = SIGBUS;
  info.si_code = code;
  info.si_addr = const_cast<void*>(address);
  MustSucceed(syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGBUS, &info),
              "rt_tgsigqueueinfo");
}

// Whether what Pretend sends arrives. qemu's user mode takes it for a fault of its own.
bool ReportsArrive() {
  const int signal = SignalThatEnds([] {
    Handle(SA_SIGINFO);
    Pretend(BUS_MCEERR_AR, &g_seen);
  });
  return signal == 0;
}

TEST(FaultHandler, BrokenMemoryIsPassedOn) {
  if (!ReportsArrive()) GTEST_SKIP() << "no report can be sent here, as in qemu's user mode";
  const ScopedFd file = FileOfPages(2);
  ExpectInChild([&] {
    Handle(SA_SIGINFO);
    const std::unique_ptr<Mapping> mapping = Map(file, true);
    absl::StatusOr<Mapping::Guard> guard = mapping->Enter();
    ASSERT_THAT(guard, Succeeds());
    for (const int code : {BUS_MCEERR_AR, BUS_MCEERR_AO}) {
      g_seen = {};
      Pretend(code, mapping->data());
      EXPECT_EQ(g_seen.calls, 1);
      EXPECT_EQ(g_seen.address, mapping->data());
    }
    EXPECT_EQ(guard->view(), Pages(2));
    EXPECT_THAT(guard->Done(), Succeeds());
  });
}

TEST(FaultHandler, AReportOfBrokenMemoryThatNobodyHandlesEndsTheProgram) {
  if (!ReportsArrive()) GTEST_SKIP() << "no report can be sent here, as in qemu's user mode";
  const ScopedFd file = FileOfPages(1);
  EXPECT_EQ(SignalThatEnds([&] {
              SetAction(SIG_DFL);
              const std::unique_ptr<Mapping> mapping = Map(file, true);
              Pretend(BUS_MCEERR_AO, mapping->data());
            }),
            SIGBUS);
}
#endif

}  // namespace
}  // namespace someos::mapping_base
