#include <winsock2.h>

#include <mutex>

#include "someos/tools/relay/stop_signals.h"

namespace someos::relay {
namespace {

std::mutex mutex;
// Whom the handler, which runs in a thread of its own, tells; null before and after.
RelayThreads* running_relay = nullptr;

BOOL WINAPI OnControl(DWORD /*event*/) {
  const std::lock_guard<std::mutex> lock(mutex);  // the relay stays until Stop() has returned
  if (running_relay != nullptr) running_relay->Stop();
  return TRUE;
}

}  // namespace

void BeginSignals(RelayThreads* relay) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    running_relay = relay;
  }
  SetConsoleCtrlHandler(OnControl, TRUE);
}

void EndSignals() {
  const std::lock_guard<std::mutex> lock(mutex);
  running_relay = nullptr;
}

// There is no SIGPIPE.
void IgnoreBrokenPipes() {}

}  // namespace someos::relay
