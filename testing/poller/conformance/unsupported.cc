#include "someos/testing/poller/conformance/unsupported.h"

namespace someos {

// What POSIX systems lack is what the Capabilities of a backend say, or what a scenario finds out.
absl::string_view WhyUnsupported(const testing::TestInfo& /*test*/) { return ""; }

}  // namespace someos
