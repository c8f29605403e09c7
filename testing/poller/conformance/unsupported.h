// Scenarios of the suite that need something that this system does not have at all.

#ifndef SOMEOS_TESTING_POLLER_CONFORMANCE_UNSUPPORTED_H_
#define SOMEOS_TESTING_POLLER_CONFORMANCE_UNSUPPORTED_H_

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace someos {

// Why `test` cannot run here, as the reason of a skip; empty if it can.
absl::string_view WhyUnsupported(const testing::TestInfo& test);

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_CONFORMANCE_UNSUPPORTED_H_
