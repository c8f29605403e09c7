#include "someos/testing/expect_in_child.h"

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "someos/testing/child_process.h"

namespace someos {
namespace {

const testing::TestResult& RunningTest() {
  return *testing::UnitTest::GetInstance()->current_test_info()->result();
}

// What has failed in the running test, but for its first `known` results.
std::string FailuresAfter(int known) {
  std::string failures;
  for (int i = known; i < RunningTest().total_part_count(); ++i) {
    const testing::TestPartResult& part = RunningTest().GetTestPartResult(i);
    if (!part.failed()) continue;
    const char* const file = part.file_name() == nullptr ? "" : part.file_name();
    absl::StrAppend(&failures, file, ":", part.line_number(), ": ", part.message(), "\n");
  }
  return failures;
}

}  // namespace

void ExpectInChild(absl::FunctionRef<void()> body) {
  const int known = RunningTest().total_part_count();
  const std::string failures = RunInChild([&] {
    body();
    return FailuresAfter(known);
  });
  if (!failures.empty()) ADD_FAILURE() << "in a forked child:\n" << failures;
}

}  // namespace someos
