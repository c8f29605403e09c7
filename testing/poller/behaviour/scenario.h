// One row of the behaviour table: a descriptor, what happens to it, and what a Poller must say.

#ifndef SOMEOS_TESTING_POLLER_BEHAVIOUR_SCENARIO_H_
#define SOMEOS_TESTING_POLLER_BEHAVIOUR_SCENARIO_H_

#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"

namespace someos::behaviour {

// A descriptor to be registered, and what is to happen to it afterwards.
struct Stage {
  // Instead of a descriptor, where the system does not know such files at all.
  static constexpr int kNoSuchThing = -2;

  int fd = -1;  // -1: this machine cannot set the stage
  std::function<void()> happen = [] {};
  std::shared_ptr<void> scenery;  // keeps the descriptors open
};

struct Scenario {
  absl::string_view name;
  Interest interest;
  // What every backend must report as far as it can tell it, and what a system may add. kNone:
  // nothing is reported.
  Readiness must;
  Readiness may;
  Stage (*make)();
};

// All rows, in the table's order.
absl::Span<const Scenario> Scenarios();

}  // namespace someos::behaviour

#endif  // SOMEOS_TESTING_POLLER_BEHAVIOUR_SCENARIO_H_
