// Runs a sequence of operations on a backend, and makes those that fail short.

#ifndef SOMEOS_TESTING_POLLER_DIFFERENTIAL_RUN_H_
#define SOMEOS_TESTING_POLLER_DIFFERENTIAL_RUN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/differential/operation.h"

namespace someos::differential {

// Where a backend did not do what the model of the contract says.
struct Difference {
  size_t index = 0;      // of the operation
  std::string sentence;  // "register returned OK instead of EEXIST"
};

struct RunOptions {
  // How long an event that must come may take. It is there at once where all is well.
  absl::Duration patience = absl::Seconds(10);
  // If given, receives what came of each operation up to the first difference.
  std::vector<std::string>* outcomes = nullptr;
};

// Runs `sequence` on a new poller of `backend`, with new descriptors. One run at a time in a
// process. Returns the first difference, if there is one.
std::optional<Difference> RunSequence(const Backend& backend, const Sequence& sequence,
                                      const RunOptions& options = {});

// Drops operations from `sequence`, which `fails`, as long as it still does. What is left fails,
// and no single operation of it can be dropped.
Sequence Minimise(Sequence sequence, absl::FunctionRef<bool(const Sequence&)> fails);

// A sequence with a difference, as short as it was possible to make it.
struct Finding {
  Sequence sequence;
  Difference difference;
};

// Runs `sequence` and, if it fails, minimises it. `patience` as in RunOptions.
std::optional<Finding> FindDifference(const Backend& backend, const Sequence& sequence,
                                      absl::Duration patience = absl::Seconds(10));

// What a person needs to know of a finding, with the command that repeats it.
std::string Describe(const Backend& backend, const Finding& finding);

}  // namespace someos::differential

#endif  // SOMEOS_TESTING_POLLER_DIFFERENTIAL_RUN_H_
