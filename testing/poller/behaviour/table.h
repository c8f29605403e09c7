// The behaviour table: each scenario through each backend, as a page and as a check.

#ifndef SOMEOS_TESTING_POLLER_BEHAVIOUR_TABLE_H_
#define SOMEOS_TESTING_POLLER_BEHAVIOUR_TABLE_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "someos/api/backend.h"

namespace someos::behaviour {

struct Table {
  std::string page;                     // Markdown
  std::vector<std::string> violations;  // of the contract, a sentence each
};

// Runs everything, which takes a fraction of a second for each scenario that reports nothing.
Table RunScenarios(absl::Span<const Backend* const> backends);

}  // namespace someos::behaviour

#endif  // SOMEOS_TESTING_POLLER_BEHAVIOUR_TABLE_H_
