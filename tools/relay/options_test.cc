#include "someos/tools/relay/options.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace someos::relay {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(OptionsTest, BothFormsOfAFlag) {
  for (const std::vector<const char*>& arguments : std::vector<std::vector<const char*>>{
           {"--listen", "127.0.0.1:0", "--connect", "[::1]:80", "--poller", "poll"},
           {"--listen=127.0.0.1:0", "--connect=[::1]:80", "--poller=poll"},
           {"-listen", "127.0.0.1:0", "-connect=[::1]:80", "-poller=poll"},
       }) {
    SCOPED_TRACE(absl::StrJoin(arguments, " "));
    const absl::StatusOr<Options> options = ParseOptions(arguments);
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->action, Options::Action::kRelay);
    EXPECT_EQ(options->listen_text, "127.0.0.1:0");
    EXPECT_EQ(options->listen.host, "127.0.0.1");
    EXPECT_EQ(options->connect.host, "::1");
    EXPECT_EQ(options->connect.port, 80);
    EXPECT_EQ(options->poller, "poll");
  }
}

TEST(OptionsTest, Demo) {
  const absl::StatusOr<Options> options = ParseOptions({"--demo", "--clients", "7"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->action, Options::Action::kDemo);
  EXPECT_EQ(options->clients, 7);
  EXPECT_EQ(options->poller, "");
}

TEST(OptionsTest, Limits) {
  const absl::StatusOr<Options> options = ParseOptions(
      {"--listen=127.0.0.1:0", "--connect=127.0.0.1:1", "--max_connections=5", "--buffer_bytes",
       "2048", "--idle_timeout=1m30s", "--connect_timeout=2s", "--threads=3"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->limits.max_connections, 5);
  EXPECT_EQ(options->threads, 3);
  EXPECT_EQ(options->limits.buffer_bytes, 2048);
  EXPECT_EQ(options->limits.idle_timeout, absl::Seconds(90));
  EXPECT_EQ(options->limits.connect_timeout, absl::Seconds(2));
}

TEST(OptionsTest, LargestAndSmallestValues) {
  const absl::StatusOr<Options> smallest =
      ParseOptions({"--listen=127.0.0.1:0", "--connect=127.0.0.1:1", "--max_connections=1",
                    "--buffer_bytes=1024", "--idle_timeout=1ms", "--connect_timeout=1ms"});
  ASSERT_TRUE(smallest.ok()) << smallest.status();
  EXPECT_EQ(smallest->limits.max_connections, 1);
  EXPECT_EQ(smallest->limits.buffer_bytes, 1024);
  EXPECT_EQ(smallest->limits.idle_timeout, absl::Milliseconds(1));
  EXPECT_EQ(smallest->limits.connect_timeout, absl::Milliseconds(1));
  const absl::StatusOr<Options> largest = ParseOptions(
      {"--listen=127.0.0.1:65535", "--connect=127.0.0.1:65535", "--max_connections=10000000",
       "--buffer_bytes=16777216", "--idle_timeout=8760h", "--connect_timeout=8760h"});
  ASSERT_TRUE(largest.ok()) << largest.status();
  EXPECT_EQ(largest->limits.max_connections, 10'000'000);
  EXPECT_EQ(largest->limits.buffer_bytes, 16'777'216);
  EXPECT_EQ(largest->limits.idle_timeout, absl::Hours(8760));
  EXPECT_EQ(largest->limits.connect_timeout, absl::Hours(8760));
  for (const int clients : {1, 100'000}) {
    const std::string text = absl::StrCat("--clients=", clients);
    const absl::StatusOr<Options> demo = ParseOptions({"--demo", text.c_str()});
    ASSERT_TRUE(demo.ok()) << demo.status();
    EXPECT_EQ(demo->clients, clients);
  }
}

TEST(OptionsTest, TheLastOfAFlagCounts) {
  const absl::StatusOr<Options> options =
      ParseOptions({"--listen=127.0.0.1:1", "--listen=unix:/a", "--connect=unix:/b",
                    "--connect=127.0.0.1:2", "--buffer_bytes=2048", "--buffer_bytes=4096"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->listen_text, "unix:/a");
  EXPECT_EQ(options->listen.path, "/a");
  EXPECT_EQ(options->listen.host, "");
  EXPECT_EQ(options->connect.path, "");
  EXPECT_EQ(options->connect.port, 2);
  EXPECT_EQ(options->limits.buffer_bytes, 4096);
}

TEST(OptionsTest, AUnixSocketHasNoPortToBeMissing) {
  const absl::StatusOr<Options> options = ParseOptions({"--listen=unix:/a", "--connect=unix:/b"});
  EXPECT_TRUE(options.ok()) << options.status();
}

TEST(OptionsTest, LimitsUnlessAskedForOthers) {
  const absl::StatusOr<Options> options =
      ParseOptions({"--listen=127.0.0.1:0", "--connect=127.0.0.1:1"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->limits.max_connections, 0);
  EXPECT_EQ(options->limits.buffer_bytes, 65536);
  EXPECT_EQ(options->limits.idle_timeout, absl::InfiniteDuration());
  EXPECT_EQ(options->limits.connect_timeout, absl::Seconds(10));
}

TEST(OptionsTest, PassedSocketsAreEnoughToListen) {
  const absl::StatusOr<Options> options =
      ParseOptions({"--connect=127.0.0.1:1"}, /*has_passed_sockets=*/true);
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->listen_text, "");
}

TEST(OptionsTest, HelpNeedsNothingElse) {
  for (const char* flag : {"--help", "-h", "-help"}) {
    const absl::StatusOr<Options> options = ParseOptions({flag, "--demo"});
    ASSERT_TRUE(options.ok()) << options.status();
    EXPECT_EQ(options->action, Options::Action::kHelp);
  }
}

TEST(OptionsTest, HelpNamesEveryFlag) {
  for (const char* flag :
       {"--listen", "--connect", "--poller", "--max_connections", "--buffer_bytes",
        "--idle_timeout", "--connect_timeout", "--demo", "--clients", "--help"}) {
    EXPECT_THAT(std::string(HelpText()), HasSubstr(flag));
  }
}

struct Bad {
  std::vector<const char*> arguments;
  absl::string_view message;  // its beginning
};

TEST(OptionsTest, NamesTheBadFlag) {
  for (const Bad& bad : std::vector<Bad>{
           {{}, "--listen: missing"},
           {{"--listen", "127.0.0.1:0"}, "--connect: missing"},
           {{"--connect", "127.0.0.1:1"}, "--listen: missing"},
           {{"--listne", "127.0.0.1:0"}, "--listne: unknown flag"},
           {{"--demo=yes"}, "--demo=yes: unknown flag"},
           {{"127.0.0.1:0"}, "127.0.0.1:0: unexpected argument"},
           {{"--listen"}, "--listen: needs a value"},
           {{"--demo", "--poller="}, "--poller: needs a value"},
           {{"--listen", "nonsense"}, "--listen nonsense: not of the form"},
           {{"--listen=[::1]:0", "--connect=[::1]:0"}, "--connect [::1]:0: port 0"},
           {{"--listen=*:0", "--connect=*:1"}, "--connect *:1: only for --listen"},
           {{"--demo", "--listen=[::1]:0"}, "--listen: not together with --demo"},
           {{"--demo", "--connect=[::1]:1"}, "--connect: not together with --demo"},
           {{"--demo", "--clients", "0"}, "--clients 0: not a number from 1"},
           {{"--demo", "--clients", "100001"}, "--clients 100001: not a number from 1 to 100000"},
           {{"--"}, "--: unknown flag"},
           {{"---demo"}, "---demo: unknown flag"},
           {{""}, ": unexpected argument"},
           {{"--listen="}, "--listen : not of the form"},
           {{"--max_connections=10000001"}, "--max_connections 10000001: not a number from 1"},
           {{"--buffer_bytes=16777217"}, "--buffer_bytes 16777217: not a number from 1024"},
           {{"--idle_timeout=999us"}, "--idle_timeout 999us: not a time from 1ms"},
           {{"--idle_timeout=8760h1ns"}, "--idle_timeout 8760h1ns: not a time from 1ms"},
           {{"--connect_timeout=999us"}, "--connect_timeout 999us: not a time from 1ms"},
           {{"--connect_timeout=inf"}, "--connect_timeout inf: not a time from 1ms to 8760h"},
           {{"--demo", "--connect_timeout=1s"}, "--connect_timeout: not together with --demo"},
           {{"--demo", "--idle_timeout=1s"}, "--idle_timeout: not together with --demo"},
           {{"--demo", "--max_connections=1"}, "--max_connections: not together with --demo"},
           {{"--max_connections=0"}, "--max_connections 0: not a number from 1"},
           {{"--buffer_bytes", "1023"}, "--buffer_bytes 1023: not a number from 1024"},
           {{"--buffer_bytes=99999999999"}, "--buffer_bytes 99999999999: not a number"},
           {{"--idle_timeout=0"}, "--idle_timeout 0: not a time"},
           {{"--idle_timeout=inf"}, "--idle_timeout inf: not a time"},
           {{"--idle_timeout=-1s"}, "--idle_timeout -1s: not a time"},
           {{"--idle_timeout", "90"}, "--idle_timeout 90: not a time"},
           {{"--demo", "--buffer_bytes=2048"}, "--buffer_bytes: not together with --demo"},
           {{"--demo", "--clients", "many"}, "--clients many: not a number from 1"},
           {{"--listen=[::1]:0", "--connect=[::1]:1", "--clients=1"}, "--clients: only together"},
       }) {
    SCOPED_TRACE(absl::StrJoin(bad.arguments, " "));
    const absl::Status status = ParseOptions(bad.arguments).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), StartsWith(std::string(bad.message)));
  }
}

}  // namespace
}  // namespace someos::relay
