// A Poller whose waits a test replaces, and whose other calls a FaultPlan has fail.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_SCRIPTED_POLLER_H_
#define SOMEOS_TOOLS_RELAY_TESTING_SCRIPTED_POLLER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/forwarding_poller.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/api/wait_outcome.h"

namespace someos::relay {

// What a wait does: as a rule it calls Wait of `poller`, the real one, and looks at or changes what
// goes in and comes out.
using WaitFunction = std::function<absl::StatusOr<size_t>(Poller& poller, absl::Span<Event> events,
                                                          absl::Duration timeout)>;

// The calls are "register" and "modify" to a FaultPlan.
class ScriptedPoller final : public ForwardingPoller {
 public:
  ScriptedPoller(std::unique_ptr<Poller> poller, WaitFunction wait);

 private:
  ScriptedPoller(Poller& real, std::unique_ptr<Poller>* poller, WaitFunction wait);

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override;
  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override;

  Poller& real_;
  const WaitFunction wait_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_SCRIPTED_POLLER_H_
