// Holds the pollers to backends/SYSTEM_CALLS.md, with seccomp filters that end a process at any
// other system call: those that allow what the page lists, and those that allow what it calls
// required, for pollers with PollerOptions::required_system_calls_only.

#include "absl/base/config.h"
#include "gtest/gtest.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) &&           \
    !defined(ABSL_HAVE_ADDRESS_SANITIZER) && !defined(ABSL_HAVE_THREAD_SANITIZER) && \
    !defined(ABSL_HAVE_MEMORY_SANITIZER)

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

// The numbers of the calls that the page may name; -1 for those that this architecture lacks.
const std::map<std::string, int>& Numbers() {
  static const auto* const numbers = new std::map<std::string, int>{
#define SOMEOS_CALL_(name) {#name, SYS_##name}
      SOMEOS_CALL_(brk),
      SOMEOS_CALL_(clock_gettime),
      SOMEOS_CALL_(clock_nanosleep),
      SOMEOS_CALL_(close),
      SOMEOS_CALL_(epoll_create1),
      SOMEOS_CALL_(epoll_ctl),
      SOMEOS_CALL_(epoll_pwait),
      SOMEOS_CALL_(eventfd2),
      SOMEOS_CALL_(fcntl),
      SOMEOS_CALL_(fstat),
      SOMEOS_CALL_(futex),
      SOMEOS_CALL_(getpid),
      SOMEOS_CALL_(getppid),
      SOMEOS_CALL_(getsockopt),
      SOMEOS_CALL_(kcmp),
      SOMEOS_CALL_(madvise),
      SOMEOS_CALL_(mmap),
      SOMEOS_CALL_(mprotect),
      SOMEOS_CALL_(mremap),
      SOMEOS_CALL_(munmap),
      SOMEOS_CALL_(newfstatat),
      SOMEOS_CALL_(openat),
      SOMEOS_CALL_(pipe2),
      SOMEOS_CALL_(ppoll),
      SOMEOS_CALL_(pselect6),
      SOMEOS_CALL_(read),
      SOMEOS_CALL_(recvfrom),
      SOMEOS_CALL_(restart_syscall),
      SOMEOS_CALL_(sched_yield),
      SOMEOS_CALL_(write),
      SOMEOS_CALL_(gettid),
      SOMEOS_CALL_(ioctl),
      SOMEOS_CALL_(name_to_handle_at),
#ifdef SYS_statx
      SOMEOS_CALL_(statx),
#else
      {"statx", -1},
#endif
#ifdef SYS_epoll_pwait2
      SOMEOS_CALL_(epoll_pwait2),
#else
      {"epoll_pwait2", -1},
#endif
#ifdef SYS_epoll_wait
      SOMEOS_CALL_(epoll_wait),
#else
      {"epoll_wait", -1},
#endif
#ifdef SYS_poll
      SOMEOS_CALL_(poll),
#else
      {"poll", -1},
#endif
#undef SOMEOS_CALL_
  };
  return *numbers;
}

// Those calls of the page's column `backend` that a poller with `options` makes.
std::set<int> Listed(absl::string_view backend, const PollerOptions& options) {
  std::ifstream page(std::getenv("SYSTEM_CALLS"));
  EXPECT_TRUE(page.good());
  std::vector<std::string> columns;
  std::set<int> listed;
  for (std::string line; std::getline(page, line);) {
    if (line.empty() || line[0] != '|') continue;
    std::vector<std::string> cells = absl::StrSplit(line, '|');
    for (std::string& cell : cells) cell = std::string(absl::StripAsciiWhitespace(cell));
    if (columns.empty()) columns = cells;
    if (cells[1].empty() || cells[1][0] != '`') continue;
    const auto number = Numbers().find(cells[1].substr(1, cells[1].size() - 2));
    EXPECT_TRUE(number != Numbers().end()) << "no such call: " << line;
    if (number == Numbers().end() || number->second < 0) continue;
    for (size_t i = 2; i < cells.size(); ++i) {
      if (columns[i] != backend) continue;
      const bool optional = cells[i] == "optional" && !options.required_system_calls_only;
      if (cells[i] == "required" || optional) listed.insert(number->second);
    }
  }
  EXPECT_FALSE(listed.empty()) << "no column for " << backend;
  return listed;
}

// How the process under the filter ends.
constexpr int kWorked = 0;
constexpr int kFailed = 1;
constexpr int kNoFilters = 2;
constexpr int kUnlisted = 3;

// Instead of a call that is not listed, the kernel calls this.
int g_report = -1;
void ReportCall(int /*signal*/, siginfo_t* info, void* /*context*/) {
  const int number = info->si_syscall;
  if (write(g_report, &number, sizeof(number)) < 0) _exit(kFailed);
  _exit(kUnlisted);
}

struct Filter {
  std::set<int> allowed;
  std::set<int> refused;  // with `error`, also if they are among the allowed
  int error = 0;
};

// Allows this process no other calls, but to end. False if there can be no filters.
bool Enter(const Filter& filter) {
  struct sigaction action = {};
  action.sa_sigaction = ReportCall;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGSYS, &action, nullptr);
  std::vector<sock_filter> code = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr))};
  const auto answer = [&](int call, uint32_t action) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(call), 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, action));
  };
  for (const int call : filter.refused) {
    answer(call, SECCOMP_RET_ERRNO | static_cast<uint32_t>(filter.error));
  }
  for (const int call : filter.allowed) answer(call, SECCOMP_RET_ALLOW);
  answer(SYS_exit_group, SECCOMP_RET_ALLOW);
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
  const sock_fprog program = {static_cast<unsigned short>(code.size()), code.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Every operation of a poller, on every kind of file. Nothing that it opens is closed: this process
// ends.
class Operations {
 public:
  explicit Operations(int eventfd) : eventfd_(eventfd) {}

  // What the parent does before it forks.
  void Prepare(Poller& parents) {
    for (const int fd : Files()) {
      works_ = works_ && parents.Register(fd, Interest::kReadable).ok();
    }
  }

  // Returns whether all worked. `parents` was prepared.
  bool Run(const Backend& backend, PollerOptions options, Poller& parents,
           std::unique_ptr<Poller> unused_parents) {
    absl::StatusOr<std::unique_ptr<Poller>> made = backend.create(options);
    if (!made.ok()) return false;
    Use(**made);
    DropStale(**made);
    *made = nullptr;
    works_ = works_ && parents.RebuildAfterFork().ok();
    for (const int fd : Files()) works_ = works_ && parents.Unregister(fd).ok();
    Use(parents);
    unused_parents = nullptr;
    options.return_on_signal = true;
    made = backend.create(options);
    if (!made.ok()) return false;
    Use(**made);
    return works_;
  }

 private:
  std::array<int, 4> Files() const {
    return {pipe_.reader.get(), pair_.near.get(), file_.get(), eventfd_};
  }

  void Use(Poller& poller) {
    poller.capabilities();
    for (const int fd : Files()) {
      works_ = works_ && poller.Register(fd, Interest::kReadable, 1).ok();
      works_ = works_ && poller.Modify(fd, Interest::kNone, 2).ok();
    }
    WaitForAll(poller);
    poller.Modify(pair_.near.get(), Interest::kReadable | Interest::kWritable).IgnoreError();
    WaitForAll(poller);
    works_ = works_ && poller.TakeError(pair_.near.get()).ok() && poller.Wake().ok();
    WaitForAll(poller);
    poller.Modify(pair_.near.get(), Interest::kReadable).IgnoreError();
    if (poller.capabilities().nestable) works_ = works_ && poller.fd().ok();
    for (const int fd : Files()) works_ = works_ && poller.Unregister(fd).ok();
  }

  void WaitForAll(Poller& poller) {
    Event events[8];
    for (const absl::Duration timeout :
         {absl::ZeroDuration(), absl::Microseconds(100), absl::Microseconds(2500)}) {
      works_ = works_ && poller.Wait(events, timeout).ok();
    }
    works_ = works_ && poller.Wake().ok() && poller.Wait(events, absl::InfiniteDuration()).ok();
  }

  // What a number leaves in the kernel that was closed while a duplicate was open, and a peer's
  // end.
  void DropStale(Poller& poller) {
    Event events[8];
    const int fd = pair_.far.get();
    works_ = works_ && poller.Register(fd, Interest::kReadable | Interest::kWritable).ok();
    const int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    pair_.far.reset();
    works_ = works_ && poller.Unregister(fd).ok() && poller.Wait(events, absl::ZeroDuration()).ok();
    works_ = works_ && close(duplicate) == 0;
    poller.Register(pair_.near.get(), Interest::kReadable | Interest::kWritable).IgnoreError();
    works_ = works_ && poller.Wait(events, absl::InfiniteDuration()).ok();
    poller.Unregister(pair_.near.get()).IgnoreError();
  }

  Pipe pipe_;
  SocketPair pair_;
  const ScopedFd file_ = TemporaryFile();
  const int eventfd_;
  bool works_ = true;
};

// How it ended; `unlisted` is then the first call that is not listed, if that is how.
int RunFiltered(const Backend& backend, const PollerOptions& options, const Filter& filter,
                int& unlisted) {
  const std::unique_ptr<Poller> parents = backend.create(options).value();
  std::unique_ptr<Poller> unused = backend.create(options).value();
  Operations operations(MustSucceed(eventfd(0, EFD_CLOEXEC), "eventfd"));
  operations.Prepare(*parents);
  const Pipe report;
  const pid_t child = MustSucceed(fork(), "fork");
  if (child == 0) {
    g_report = report.writer.get();
    if (!Enter(filter)) _exit(kNoFilters);
    const bool worked = operations.Run(backend, options, *parents, std::move(unused));
    _exit(worked ? kWorked : kFailed);
  }
  int status = -1;
  MustSucceed(waitpid(child, &status, 0), "waitpid");
  const int end = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (end == kUnlisted) {
    MustSucceed(read(report.reader.get(), &unlisted, sizeof(unlisted)), "read");
  }
  return end;
}

std::string NameOf(int number) {
  for (const auto& [name, its_number] : Numbers()) {
    if (its_number == number) return name;
  }
  return absl::StrCat("number ", number);
}

void ExpectListedCallsOnly(const PollerOptions& options) {
  for (const Backend* backend : AllBackends()) {
    if (backend->name == "kqueue") continue;  // libkqueue's calls are not ours
    SCOPED_TRACE(backend->name);
    int unlisted = -1;
    const Filter filter = {Listed(backend->name, options), {}};
    const int end = RunFiltered(*backend, options, filter, unlisted);
    if (end == kNoFilters) GTEST_SKIP() << "seccomp filters are not possible here";
    EXPECT_NE(end, kUnlisted) << NameOf(unlisted) << " is not listed as it should be";
    EXPECT_TRUE(end == kWorked || end == kUnlisted) << end;
  }
}

TEST(SystemCallsTest, NoneIsMadeThatIsNotListed) { ExpectListedCallsOnly({}); }

TEST(SystemCallsTest, OnlyRequiredOnesAreMadeIfAskedFor) {
  PollerOptions options;
  options.required_system_calls_only = true;
  ExpectListedCallsOnly(options);
}

// Each alone, and all together.
TEST(SystemCallsTest, OptionalOnesMayBeRefused) {
  PollerOptions frugal;
  frugal.required_system_calls_only = true;
  for (const Backend* backend : AllBackends()) {
    if (backend->name == "kqueue") continue;
    const std::set<int> listed = Listed(backend->name, {});
    std::set<int> optional = listed;
    for (const int call : Listed(backend->name, frugal)) optional.erase(call);
    std::vector<std::set<int>> refusals = {optional};
    for (const int call : optional) refusals.push_back({call});
    for (const std::set<int>& refused : refusals) {
      for (const int error : {EPERM, ENOSYS}) {
        SCOPED_TRACE(absl::StrCat(backend->name, ", errno ", error, ", ",
                                  refused.size() == 1 ? NameOf(*refused.begin()) : "all"));
        int unlisted = -1;
        const int end = RunFiltered(*backend, {}, {listed, refused, error}, unlisted);
        if (end == kNoFilters) GTEST_SKIP() << "seccomp filters are not possible here";
        EXPECT_EQ(end, kWorked);
      }
    }
  }
}

}  // namespace
}  // namespace someos

#else

TEST(SystemCallsTest, NoneIsMadeThatIsNotListed) {
  GTEST_SKIP() << "this system has no seccomp filters, or a sanitizer makes calls of its own";
}

#endif
