#include "someos/tools/relay/hangup_watch.h"

#include <chrono>

#include "someos/api/interest.h"
#include "someos/api/poller.h"

namespace someos::relay {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};

}  // namespace

HangupWatch::HangupWatch(const Poller& poller)
    : interest_(poller.capabilities().errors_alone ? Interest::kErrors : Interest::kNone) {}

void HangupWatch::RequestLook() {
  if (next_look_ == Clock::time_point::max()) next_look_ = Clock::now() + kBetweenLooks;
}

bool HangupWatch::TakeLook() {
  if (next_look_ == Clock::time_point::max() || Clock::now() < next_look_) return false;
  next_look_ = Clock::time_point::max();
  return true;
}

}  // namespace someos::relay
