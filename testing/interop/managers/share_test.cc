// The example of api/multiprocessing/managers/README.md, with each interpreter and from C++.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/managers.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/shell_command.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

TEST(ShareTest, AQueueADictAndAnObjectAreShared) {
  std::FILE* const server = popen(std::getenv("SHARE"), "r");
  ASSERT_NE(server, nullptr);
  char line[32] = "";
  ASSERT_NE(std::fgets(line, sizeof(line), server), nullptr);
  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(absl::StripTrailingAsciiWhitespace(line), &port));
  const absl::StatusOr<ManagerClient> client =
      ManagerClient::Connect(Address::Inet("127.0.0.1", static_cast<uint16_t>(port)), "a secret");
  ASSERT_THAT(client, Succeeds());
  const absl::StatusOr<Proxy> queue = client->Create("get_queue");
  ASSERT_THAT(queue, Succeeds());
  Matrix matrix("share", {"client"});
  double degrees = 20;
  for (const Interpreter& python : Interpreters()) {
    degrees += 1.5;
    const std::string said =
        RunShellCommand(
            absl::StrCat(python.command, " ", std::getenv("CLIENT"), " ", port, " 2>&1"))
            .output;
    EXPECT_EQ(said, absl::StrCat(PyValue(degrees).ToString(), " 1 Python\n")) << python.command;
    EXPECT_EQ(*queue->Call("get"), PyValue::Tuple({PyValue::Str("task"), PyValue(1)}));
    EXPECT_EQ(*client->Create("get_dict")->Call("get", {PyValue::Str("from")}),
              PyValue::Str("Python"));
    matrix.Ran(python, "client");
  }
  matrix.Print();
  EXPECT_EQ(*client->Create("get_thermometer")->Call("heat", {PyValue(0.5)}),
            PyValue(degrees + 0.5));
  EXPECT_THAT(client->Shutdown(), Succeeds());
  EXPECT_EQ(pclose(server), 0);
}

}  // namespace
}  // namespace someos::multiprocessing
