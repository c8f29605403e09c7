#include "someos/tools/pollers/report.h"

#include <sys/wait.h>

#include <cstdio>
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
struct Result {
  std::string output;
  int exit_code;
};

Result RunPollers(const std::string& environment, const std::string& arguments) {
  const char* const program = getenv("POLLERS");
  EXPECT_NE(program, nullptr);
  const std::string command =
      absl::StrCat("env ", environment, " ", program, " ", arguments, " 2>&1");
  FILE* const pipe = popen(command.c_str(), "r");
  Result result;
  char buffer[1024];
  size_t size;
  while ((size = fread(buffer, 1, sizeof(buffer), pipe)) > 0) result.output.append(buffer, size);
  const int status = pclose(pipe);  // a variable, for macOS's macro takes its address
  result.exit_code = WEXITSTATUS(status);
  return result;
}

TEST(PollersTest, Prints) {
  const Result result = RunPollers("-u SOMEOS_POLLER", "");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, StartsWith(absl::StrCat("linked:  ", LinkedBackends().front()->name)));
}

TEST(PollersTest, TheEnvironmentChooses) {
  for (const Backend* backend : LinkedBackends()) {
    const Result result = RunPollers(absl::StrCat("SOMEOS_POLLER=", backend->name), "");
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.output,
                HasSubstr(absl::StrCat("default: ", backend->name, " (SOMEOS_POLLER names it)")));
  }
}

TEST(PollersTest, NamesThatAreNotLinked) {
  const Result result = RunPollers("SOMEOS_POLLER=fortune", "");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, StartsWith("pollers: SOMEOS_POLLER: no poller \"fortune\""));
}

TEST(PollersTest, Arguments) {
  const Result result = RunPollers("", "--all");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, StartsWith("pollers: unexpected argument: --all\n"));
}

}  // namespace
}  // namespace someos
