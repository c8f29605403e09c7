#include "someos/tools/pollers/report.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"
#include "someos/testing/shell_command.h"

namespace someos {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(PollersReportTest, DescribesEveryLinkedBackend) {
  const DefaultChoice choice = {LinkedBackends().front(), DefaultReason::kBuild};
  const std::string report = PollersReport(LinkedBackends(), choice);
  EXPECT_THAT(report, HasSubstr(absl::StrCat("default: ", choice.backend->name, " (")));
  EXPECT_THAT(report, HasSubstr("the first choice of this build"));
  for (const Backend* backend : LinkedBackends()) {
    EXPECT_THAT(report, AllOf(HasSubstr(std::string(backend->name)),
                              HasSubstr(std::string(backend->implementation)),
                              HasSubstr(backend->limits())));
  }
  EXPECT_THAT(report, Not(HasSubstr("not available")));
  const std::vector<std::string> lines = absl::StrSplit(report, '\n');
  EXPECT_THAT(lines, Each(Not(EndsWith(" "))));
}

TEST(PollersReportTest, SaysThatTheEnvironmentChose) {
  const DefaultChoice choice = {LinkedBackends().back(), DefaultReason::kEnvironment};
  const std::string report = PollersReport(LinkedBackends(), choice);
  EXPECT_THAT(report, HasSubstr(absl::StrCat("default: ", choice.backend->name,
                                             " (SOMEOS_POLLER names it)")));
}

TEST(PollersReportTest, ABackendThatTheKernelLacks) {
  const Backend missing = {"carrier-pigeon", "carrier pigeon over barbed wire",
                           [](const PollerOptions&) -> absl::StatusOr<std::unique_ptr<Poller>> {
                             return absl::UnimplementedError("create: the pigeon is asleep");
                           },
                           [] { return std::string("unlimited"); }};
  const Backend* const backends[] = {LinkedBackends().front(), &missing};
  const std::string report =
      PollersReport(backends, {LinkedBackends().front(), DefaultReason::kBuild});
  EXPECT_THAT(report, HasSubstr("carrier-pigeon  not available: create: the pigeon is asleep"));
  EXPECT_THAT(report, ContainsRegex("this kernel has it +yes +no"));
  EXPECT_THAT(report, ContainsRegex("finest timeout +[^ ]+ +-\n"));
  EXPECT_THAT(report, Not(HasSubstr("unlimited")));
}

// The program itself, with its output and errors together.
CommandResult RunPollers(const std::string& environment, const std::string& arguments) {
  const char* const program = getenv("POLLERS");
  EXPECT_NE(program, nullptr);
  return RunShellCommand(absl::StrCat("env ", environment, " ", program, " ", arguments, " 2>&1"));
}

TEST(PollersTest, Prints) {
  const CommandResult result = RunPollers("-u SOMEOS_POLLER", "");
  EXPECT_EQ(result.exit_status, 0);
  EXPECT_THAT(result.output, StartsWith(absl::StrCat("linked:  ", LinkedBackends().front()->name)));
}

TEST(PollersTest, TheEnvironmentChooses) {
  for (const Backend* backend : LinkedBackends()) {
    const CommandResult result = RunPollers(absl::StrCat("SOMEOS_POLLER=", backend->name), "");
    EXPECT_EQ(result.exit_status, 0);
    EXPECT_THAT(result.output,
                HasSubstr(absl::StrCat("default: ", backend->name, " (SOMEOS_POLLER names it)")));
  }
}

TEST(PollersTest, NamesThatAreNotLinked) {
  const CommandResult result = RunPollers("SOMEOS_POLLER=fortune", "");
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_THAT(result.output, StartsWith("pollers: SOMEOS_POLLER: no poller \"fortune\""));
}

TEST(PollersTest, Arguments) {
  const CommandResult result = RunPollers("", "--all");
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_THAT(result.output, StartsWith("pollers: unexpected argument: --all\n"));
}

}  // namespace
}  // namespace someos
