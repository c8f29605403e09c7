#include "someos/testing/signals.h"

#include <pthread.h>
#include <signal.h>

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/testing/system_call.h"

namespace someos {

std::string SignalSettings() {
  std::string settings;
  sigset_t blocked;
  pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action = {};
    if (sigaction(signal, nullptr, &action) != 0) continue;  // the C library's own
    absl::StrAppend(&settings, signal, " handler ",
                    absl::Hex(reinterpret_cast<uintptr_t>(action.sa_handler)), " flags ",
                    absl::Hex(action.sa_flags),
                    sigismember(&blocked, signal) == 1 ? " blocked\n" : "\n");
  }
  return settings;
}

ScopedSignalHandler::ScopedSignalHandler(int signal, void (*handler)(int)) : signal_(signal) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  MustSucceed(sigaction(signal, &action, &previous_), "sigaction");
}

ScopedSignalHandler::~ScopedSignalHandler() {
  MustSucceed(sigaction(signal_, &previous_, nullptr), "sigaction");
}

SignalStorm::SignalStorm(pthread_t target, int signal, absl::Duration period)
    : thread_([this, target, signal, period] {
        std::unique_lock<std::mutex> lock(mutex_);
        while (
            !stop_.wait_for(lock, absl::ToChronoNanoseconds(period), [this] { return stopped_; })) {
          pthread_kill(target, signal);
        }
      }) {}

SignalStorm::~SignalStorm() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  stop_.notify_one();
  thread_.join();
}

}  // namespace someos
