#include "someos/backends/line_base/terminal_guard.h"

#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <iterator>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "someos/backends/base/mutex_lock.h"
#include "someos/backends/line_base/bracketed_paste.h"

namespace someos::line_base {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH};

// Read by signal handlers: written only while `lives` is false.
struct Place {
  std::atomic<bool> lives{false};
  GuardedTerminal terminal = {};
  pid_t process = 0;
};
Place places[8];

struct sigaction before[std::size(kSignals)];
std::atomic<bool> installed[std::size(kSignals)];

// What no signal handler needs.
struct Guards {
  absl::Mutex mutex;
  int alive ABSL_GUARDED_BY(mutex) = 0;
  bool exits_are_watched ABSL_GUARDED_BY(mutex) = false;
};

Guards& TheGuards() {
  static Guards* const guards = new Guards;
  return *guards;
}

// write(2) from a signal handler, where nothing can be done about an error.
void WriteBytes(int fd, absl::string_view bytes) {
  const ssize_t written = write(fd, bytes.data(), bytes.size());
  static_cast<void>(written);
}

void SetMode(const GuardedTerminal& terminal, const termios& mode, absl::string_view sequence) {
  if (tcgetpgrp(terminal.input) != getpgrp()) return;
  tcsetattr(terminal.input, TCSANOW, &mode);
  WriteBytes(terminal.output, sequence);
}

// But not in a forked child, which ends while its parent goes on editing.
template <typename Function>
void ForEachLiving(Function function) {
  for (const Place& place : places) {
    const bool lives = place.lives.load(std::memory_order_acquire);
    if (lives && place.process == getpid()) function(place.terminal);
  }
}

void GiveBackAll() {
  ForEachLiving([](const GuardedTerminal& each) { SetMode(each, each.before, kPasteOff); });
}

void WakeAll(char why) {
  ForEachLiving(
      [why](const GuardedTerminal& each) { WriteBytes(each.wake, absl::string_view(&why, 1)); });
}

// Lets the signal do what it does without a handler, and returns if that is a stop that has ended.
void LetHappen(int signal, const struct sigaction& handler) {
  struct sigaction plain = {};
  plain.sa_handler = SIG_DFL;
  sigaction(signal, &plain, nullptr);
  raise(signal);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  sigset_t blocked;
  pthread_sigmask(SIG_UNBLOCK, &only, &blocked);
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  sigaction(signal, &handler, nullptr);
}

void Handle(int signal);

struct sigaction OurAction() {
  struct sigaction action = {};
  action.sa_handler = Handle;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  return action;
}

void Handle(int signal) {
  const int saved = errno;
  if (signal == SIGWINCH) {
    WakeAll(kResized);
    for (size_t i = 0; i < std::size(kSignals); ++i) {
      const bool chains = kSignals[i] == SIGWINCH && (before[i].sa_flags & SA_SIGINFO) == 0 &&
                          before[i].sa_handler != SIG_DFL && before[i].sa_handler != SIG_IGN;
      if (chains) before[i].sa_handler(signal);
    }
  } else {
    GiveBackAll();
    LetHappen(signal, OurAction());
    // Continued.
    ForEachLiving([](const GuardedTerminal& each) { SetMode(each, each.own, ""); });
    WakeAll(kContinued);
  }
  errno = saved;
}

// A handler of the program's with SA_SIGINFO cannot be called from here: it is left alone.
bool IsOurs(int signal, const struct sigaction& found) {
  if ((found.sa_flags & SA_SIGINFO) != 0) return false;
  return signal == SIGWINCH || found.sa_handler == SIG_DFL;
}

void Install() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &before[i]);
    if (!IsOurs(kSignals[i], before[i])) continue;
    const struct sigaction action = OurAction();
    installed[i] = sigaction(kSignals[i], &action, nullptr) == 0;
  }
}

void Uninstall() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    if (installed[i].exchange(false)) sigaction(kSignals[i], &before[i], nullptr);
  }
}

}  // namespace

TerminalGuard::TerminalGuard(const GuardedTerminal& terminal) : place_(-1) {
  Guards& guards = TheGuards();
  const base::MutexLock lock(guards.mutex);
  for (size_t i = 0; i < std::size(places) && place_ < 0; ++i) {
    if (places[i].lives.load(std::memory_order_relaxed)) continue;
    places[i].terminal = terminal;
    places[i].process = getpid();
    places[i].lives.store(true, std::memory_order_release);
    place_ = static_cast<int>(i);
  }
  if (place_ < 0) return;
  if (guards.alive++ == 0) Install();
  if (!guards.exits_are_watched) guards.exits_are_watched = std::atexit(GiveBackAll) == 0;
}

bool TerminalGuard::handles_stops() const {
  if (place_ < 0) return false;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    if (kSignals[i] == SIGTSTP) return installed[i];
  }
  return false;
}

TerminalGuard::~TerminalGuard() {
  if (place_ < 0) return;
  Guards& guards = TheGuards();
  const base::MutexLock lock(guards.mutex);
  if (--guards.alive == 0) Uninstall();
  places[place_].lives.store(false, std::memory_order_release);
}

}  // namespace someos::line_base
