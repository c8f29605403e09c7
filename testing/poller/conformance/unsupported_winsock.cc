#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/testing/poller/conformance/unsupported.h"

namespace someos {
namespace {

constexpr absl::string_view kNoFiles =
    "Winsock's select() takes sockets, and this scenario needs a file that is always ready";
constexpr absl::string_view kReset =
    "wine reads a connection that its peer has reset as one that has ended, which Windows does not";
constexpr absl::string_view kErrorStays =
    "wine tells a socket's SO_ERROR again when it is read again, which Windows does not";
constexpr absl::string_view kServer =
    "wine's select() is a conversation with a server process, which takes longer than this allows";

constexpr absl::string_view kServerEnds =
    "wine's server may end itself when sockets that a select() waits for are closed and made anew";

struct Unsupported {
  absl::string_view scenario;
  absl::string_view why;
};

constexpr Unsupported kUnsupported[] = {
    {"BatchesTest.AllApply", kNoFiles},
    {"BatchesTest.EndsWhatTheKernelNeverHad", kNoFiles},
    {"DiagnosticsTest.CountsOneEventAndSeveral", kNoFiles},
    {"DiagnosticsTest.RegistrationsAreListedByNumber", kNoFiles},
    {"DiagnosticsTest.TheErrorBehindARefusedConnect", kErrorStays},
    {"DiagnosticsTest.TheErrorBehindAReset", kReset},
    {"FairnessTest.RegularFilesAndOthersTakeTurns", kNoFiles},
    {"FairnessTest.RegularFilesSpendNobodysOneShot", kNoFiles},
    {"ReuseTest.PipeAfterRegularFile", kNoFiles},
    {"ReuseTest.RegularFileAfterPipe", kNoFiles},
    {"ThreadsTest.NumbersGoAroundWithoutUnregister", kServerEnds},
    {"ThreadsTest.RegisterOfARegularFileDuringWait", kNoFiles},
    {"WaitingTest.IsAsPreciseAsTheKernel", kServer},
};

// "BatchesTest.AllApply" of "Select/BatchesTest" and "AllApply/select".
std::string NameOf(const testing::TestInfo& test) {
  const absl::string_view suite = test.test_suite_name();
  const absl::string_view name = test.name();
  return absl::StrCat(suite.substr(suite.find('/') + 1), ".", name.substr(0, name.find('/')));
}

TEST(UnsupportedTest, IsAboutScenariosOfTheSuite) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  std::set<std::string> scenarios;
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      scenarios.insert(NameOf(*suite.GetTestInfo(j)));
    }
  }
  for (const Unsupported& unsupported : kUnsupported) {
    EXPECT_THAT(scenarios, testing::Contains(std::string(unsupported.scenario)));
  }
}

}  // namespace

absl::string_view WhyUnsupported(const testing::TestInfo& test) {
  const std::string name = NameOf(test);
  for (const Unsupported& unsupported : kUnsupported) {
    if (name == unsupported.scenario) return unsupported.why;
  }
  return "";
}

}  // namespace someos
