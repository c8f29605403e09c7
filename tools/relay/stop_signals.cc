#include "someos/tools/relay/stop_signals.h"

#include <signal.h>

#include <cerrno>

namespace someos::relay {
namespace {

// Whom the signal handler tells; set before the handler is.
RelayThreads* signalled_relay = nullptr;

extern "C" void OnSignal(int signal) {
  const int saved_errno = errno;
  if (signal == SIGUSR1) {
    signalled_relay->ReportStatistics();
  } else {
    signalled_relay->Stop();
  }
  errno = saved_errno;
}

void SetSignals(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int signal : {SIGINT, SIGTERM, SIGUSR1}) sigaction(signal, &action, nullptr);
}

}  // namespace

void BeginSignals(RelayThreads* relay) {
  signalled_relay = relay;
  SetSignals(OnSignal);
}

void EndSignals() { SetSignals(SIG_IGN); }

void IgnoreBrokenPipes() { signal(SIGPIPE, SIG_IGN); }

}  // namespace someos::relay
