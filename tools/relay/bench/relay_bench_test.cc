// A short run of the comparison, to see that it works; it asserts no time.

#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"
#include "someos/testing/shell_command.h"

namespace someos::relay {
namespace {

void ExpectEveryRelay(const std::string& load) {
  const auto [exit_status, text] =
      RunShellCommand(absl::StrCat(getenv("RELAY_BENCH"), " --rounds=2 ", load));
  EXPECT_EQ(exit_status, 0);
  EXPECT_THAT(text, testing::ContainsRegex("raw epoll +[0-9.]+ us +1\\.000"));
  for (const Backend* backend : LinkedBackends()) {
    if (backend->name == "kqueue") continue;  // an emulation where there is epoll
    EXPECT_THAT(text, testing::HasSubstr(absl::StrCat("\n", backend->name, " ")));
  }
}

TEST(RelayBenchTest, ComparesSmallMessages) {
  ExpectEveryRelay("--clients=3 --messages=5 --idle=3");
}

TEST(RelayBenchTest, ComparesWithSeveralThreads) {
  const auto [exit_status, text] = RunShellCommand(absl::StrCat(
      getenv("RELAY_BENCH"), " --rounds=2 --clients=3 --messages=5 --idle=0 --threads=2"));
  EXPECT_EQ(exit_status, 0);
  EXPECT_THAT(text, testing::ContainsRegex("\n2 threads +[0-9.]+ us"));
}

TEST(RelayBenchTest, LeavesOutWhatABackendCannotHold) {
  if (LinkedBackends().front()->name == "select") {
    GTEST_SKIP() << "the load generator waits with select itself, which cannot hold them";
  }
  const auto [exit_status, text] = RunShellCommand(
      absl::StrCat(getenv("RELAY_BENCH"), " --rounds=1 --clients=3 --messages=5 --idle=600 2>&1"));
  EXPECT_EQ(exit_status, 0);
  for (const Backend* backend : LinkedBackends()) {
    if (backend->name == "kqueue") continue;
    const bool holds = backend->name != "select";
    EXPECT_EQ(absl::StrContains(text, absl::StrCat("\n", backend->name, " ")), holds) << text;
    EXPECT_EQ(absl::StrContains(text, absl::StrCat("skipped: ", backend->name)), !holds) << text;
  }
}

TEST(RelayBenchTest, SaysWhatItCannotStart) {
  const auto [exit_status, text] =
      RunShellCommand(absl::StrCat(getenv("RELAY_BENCH"), " --others=/nowhere --idle=0 2>&1"));
  EXPECT_EQ(exit_status, 1);
  EXPECT_THAT(text, testing::HasSubstr("haproxy: "));
}

TEST(RelayBenchTest, ComparesLargeMessages) {
  ExpectEveryRelay("--clients=3 --messages=0 --final_bytes=300000");
}

}  // namespace
}  // namespace someos::relay
