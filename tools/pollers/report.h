// The output of tools/pollers: the backends of this build, and what they support on this system.

#ifndef SOMEOS_TOOLS_POLLERS_REPORT_H_
#define SOMEOS_TOOLS_POLLERS_REPORT_H_

#include <string>

#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"

namespace someos {

// A table with a column for each backend, the limits of each backend, and which one is the default
// and why. Checks whether the running kernel has each mechanism. `default_choice` is one of
// `backends`. Ends in a newline.
std::string PollersReport(absl::Span<const Backend* const> backends,
                          const DefaultChoice& default_choice);

}  // namespace someos

#endif  // SOMEOS_TOOLS_POLLERS_REPORT_H_
