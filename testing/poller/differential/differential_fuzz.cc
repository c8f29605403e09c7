// Every string of bytes is a sequence of operations; on each backend it must do what the model
// says.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/poller/differential/run.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace someos::differential;  // NOLINT: all of this file is about it
  const Sequence sequence = FromBytes(absl::MakeConstSpan(data, size));
  for (const someos::Backend* backend : someos::AllBackends()) {
    const std::optional<Finding> finding = FindDifference(*backend, sequence);
    if (!finding.has_value()) continue;
    std::cerr << Describe(*backend, *finding) << std::endl;
    std::abort();
  }
  return 0;
}
