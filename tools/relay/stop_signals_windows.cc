#include <winsock2.h>

#include <atomic>

#include "someos/tools/relay/stop_signals.h"

namespace someos::relay {
namespace {

// Whom the handler, which runs in a thread of its own, tells; null before and after.
std::atomic<RelayThreads*> running_relay{nullptr};

BOOL WINAPI OnControl(DWORD /*event*/) {
  RelayThreads* const relay = running_relay.load();
  if (relay != nullptr) relay->Stop();
  return TRUE;
}

}  // namespace

void BeginSignals(RelayThreads* relay) {
  running_relay = relay;
  SetConsoleCtrlHandler(OnControl, TRUE);
}

void EndSignals() { running_relay = nullptr; }

// There is no SIGPIPE.
void IgnoreBrokenPipes() {}

}  // namespace someos::relay
