// Signals that interrupt system calls.

#ifndef SOMEOS_TESTING_SIGNALS_H_
#define SOMEOS_TESTING_SIGNALS_H_

#include <pthread.h>
#include <signal.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "absl/time/time.h"

namespace someos {

// What every signal does in this process and whether the calling thread blocks it, a line each: to
// be compared with what it was.
std::string SignalSettings();

// Handles `signal` by `handler` while it lives; interrupted calls are not restarted (no
// SA_RESTART), so the handler's run shows as EINTR.
class ScopedSignalHandler {
 public:
  ScopedSignalHandler(int signal, void (*handler)(int));
  ScopedSignalHandler(const ScopedSignalHandler&) = delete;
  ScopedSignalHandler& operator=(const ScopedSignalHandler&) = delete;
  ~ScopedSignalHandler();

 private:
  const int signal_;
  struct sigaction previous_ = {};
};

// While it lives, sends `signal` to the thread `target` once every `period`. The thread must
// outlive it.
class SignalStorm {
 public:
  SignalStorm(pthread_t target, int signal, absl::Duration period);
  SignalStorm(const SignalStorm&) = delete;
  SignalStorm& operator=(const SignalStorm&) = delete;
  ~SignalStorm();

 private:
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_SIGNALS_H_
