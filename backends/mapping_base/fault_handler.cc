#include "someos/backends/mapping_base/fault_handler.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/mapping_base/guard_table.h"
#include "someos/backends/mapping_base/page_geometry.h"

#ifdef __linux__
#include <sys/syscall.h>
#endif

namespace someos::mapping_base {
namespace {

// A signal that tells of a lost page, and what was done about it before.
struct Signal {
  int number;
  struct sigaction previous;
};

// Linux raises SIGBUS. FreeBSD raises one or the other (machdep.prot_fault_translation), and macOS
// and NetBSD have cases of both.
std::array<Signal,
#ifdef __linux__
           1>
    g_signals = {{{SIGBUS, {}}}};
#else
           2>
    g_signals = {{{SIGBUS, {}}, {SIGSEGV, {}}}};
#endif

// ---- zeros ----------------------------------------------------------------------------------

// Maps zeros; false if the kernel refuses. Safe in a signal handler: mmap(2) is a plain system call
// on all platforms. On Linux by its number, so that ThreadSanitizer does not take it for a write,
// with which readers in other threads would be racing.
bool MapZeros(uintptr_t begin, uintptr_t end, int protection) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANON | MAP_FIXED
#ifdef MAP_NORESERVE
                         | MAP_NORESERVE
#endif
      ;
#if defined(SYS_mmap2)
  return syscall(SYS_mmap2, begin, end - begin, protection, kFlags, -1, 0) != -1;
#elif defined(__linux__)
  return syscall(SYS_mmap, begin, end - begin, protection, kFlags, -1, 0) != -1;
#else
  return ::mmap(reinterpret_cast<void*>(begin), end - begin, protection, kFlags, -1, 0) !=
         MAP_FAILED;
#endif
}

// Whether a fault in zeros is one more of those that several threads had at once, before there were
// zeros. If there are ever more, an access causes it that the mapping does not allow.
bool IsLateFault(GuardEntry& entry, uintptr_t page) {
  constexpr uint32_t kMost = 4096;  // more than threads that fault at once
  return page < entry.zeros() || entry.CountRepeatedFault() < kMost;
}

// Whether the fault was that of a guarded mapping, and the access can be made again.
bool Recover(uintptr_t address) {
  GuardEntry* const entry = GuardTable::Find(address);
  if (entry == nullptr || !entry->state().held()) return false;
  const GuardEntry::Range range = entry->range();
  const uintptr_t page = RoundDown(address);
  if (!range.Contains(page) || !IsLateFault(*entry, page)) return false;
  entry->state().LossBegins();
  const bool mapped = MapZeros(page, range.end, range.protection);
  if (mapped) entry->AddZeros(page);
  entry->state().LossEnds();
  return mapped;
}

// Whether the kernel reports an access to memory that is not there, as opposed to memory that is
// broken, or a signal that a process has sent.
bool IsFault(const siginfo_t& info) {
  if (info.si_code <= 0) return false;
#ifdef SI_USER
  if (info.si_code == SI_USER) return false;  // FreeBSD: 0x10001
#endif
#ifdef BUS_MCEERR_AR
  if (info.si_signo == SIGBUS && (info.si_code == BUS_MCEERR_AR || info.si_code == BUS_MCEERR_AO)) {
    return false;
  }
#endif
  return true;
}

// ---- all else -------------------------------------------------------------------------------

// Whether the instruction that was interrupted will cause the signal again.
bool ComesAgain(const siginfo_t& info) {
#ifdef BUS_MCEERR_AO
  if (info.si_signo == SIGBUS && info.si_code == BUS_MCEERR_AO) return false;
#endif
#ifdef SI_USER
  if (info.si_code == SI_USER) return false;
#endif
  return info.si_code > 0;
}

// The default action takes place once the handler has returned, or at once.
void TakeDefaultAction(int number, const siginfo_t& info) {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(number, &action, nullptr);
  if (!ComesAgain(info)) raise(number);  // not blocked: SA_NODEFER
}

// Calls a handler as the kernel would have.
void Call(const struct sigaction& action, int number, siginfo_t* info, void* context) {
  sigset_t mask = action.sa_mask;
  if ((action.sa_flags & SA_NODEFER) == 0) sigaddset(&mask, number);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &mask, &before);
  if ((action.sa_flags & SA_RESETHAND) != 0) {
    struct sigaction reset = {};
    reset.sa_handler = SIG_DFL;
    sigaction(number, &reset, nullptr);
  }
  if ((action.sa_flags & SA_SIGINFO) != 0) {
    action.sa_sigaction(number, info, context);
  } else {
    action.sa_handler(number);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void PassOn(int number, siginfo_t* info, void* context) {
  for (const Signal& signal : g_signals) {
    if (signal.number != number) continue;
    const struct sigaction& previous = signal.previous;
    const bool has_handler = (previous.sa_flags & SA_SIGINFO) != 0 ||
                             (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
    if (has_handler) {
      Call(previous, number, info, context);
    } else if (previous.sa_handler == SIG_DFL || ComesAgain(*info)) {
      TakeDefaultAction(number, *info);  // of a fault also if it is ignored, as kernels do
    }
    return;
  }
}

void OnSignal(int number, siginfo_t* info, void* context) {
  const int saved = errno;
  if (!IsFault(*info) || !Recover(reinterpret_cast<uintptr_t>(info->si_addr))) {
    errno = saved;
    PassOn(number, info, context);
  }
  errno = saved;
}

absl::Status Install(Signal& signal) {
  // Asked for first, so that it is there when the first signal comes.
  if (sigaction(signal.number, nullptr, &signal.previous) != 0) {
    return ErrnoStatus(errno, "read the action of a signal");
  }
  struct sigaction action = {};
  action.sa_sigaction = OnSignal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  if (sigaction(signal.number, &action, nullptr) != 0) {
    return ErrnoStatus(errno, "handle a signal");
  }
  return absl::OkStatus();
}

// Never destroyed: mappings may be made and forks happen until the end.
struct Installation {
  absl::Mutex mutex;
  base::ForkGuard no_fork_meanwhile{mutex};
  bool done ABSL_GUARDED_BY(mutex) = false;
};

}  // namespace

absl::Status InstallFaultHandler() {
  static auto& installation = *new Installation;
  const base::MutexLock lock(installation.mutex);
  if (installation.done) return absl::OkStatus();
  PageSize();  // the handler needs it
  for (Signal& signal : g_signals) {
    const absl::Status status = Install(signal);
    if (!status.ok()) return status;
  }
  installation.done = true;
  return absl::OkStatus();
}

}  // namespace someos::mapping_base
