// Managers of Python and of C++ with each other: every interpreter as a client of our server, and
// as the server of our client.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/managers/manager_client.h"
#include "someos/api/multiprocessing/managers/only_one.h"
#include "someos/api/multiprocessing/managers/proxy.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/serializer.h"
#include "someos/api/multiprocessing/managers/server_testing.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/shell_command.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::HasSubstr;

constexpr char kKey[] = "interop";

Matrix& Roles() {
  static Matrix& matrix =
      *new Matrix("managers", {"proxies", "server", "xmlrpclib_proxies", "xmlrpclib_server"});
  return matrix;
}

// A server in Python, from its start to its end.
class PythonServer {
 public:
  explicit PythonServer(const Interpreter& python, const char* serializer = "pickle")
      : output_(popen(absl::StrCat("exec ", python.command, " ", std::getenv("SERVE"), " ", kKey,
                                   " ", serializer)
                          .c_str(),
                      "re")) {
    char line[32] = "";
    int port = 0;
    if (output_ != nullptr && std::fgets(line, sizeof(line), output_) != nullptr &&
        absl::SimpleAtoi(absl::StripTrailingAsciiWhitespace(line), &port)) {
      port_ = static_cast<uint16_t>(port);
    }
  }
  ~PythonServer() {
    if (output_ != nullptr) (void)pclose(output_);
  }
  uint16_t port() const { return port_; }  // 0: it has not started

 private:
  std::FILE* const output_;
  uint16_t port_ = 0;
};

std::string ExercisePrints(const Interpreter& python, const std::string& arguments,
                           const char* exercise = "EXERCISE") {
  return RunShellCommand(
             absl::StrCat(python.command, " ", std::getenv(exercise), " ", arguments, " 2>&1"))
      .output;
}

TEST(ManagersInteropTest, ProxiesCannotTellOurServerFromPythons) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  for (const Interpreter& python : Interpreters()) {
    const ServedManager served(kKey, SyncTypes());
    const std::string expected = ExercisePrints(python, "own");
    EXPECT_THAT(expected, HasSubstr("objects 3\n")) << python.command;
    EXPECT_EQ(ExercisePrints(python, absl::StrCat(served.address().port(), " ", kKey)), expected)
        << python.command;
    Roles().Ran(python, "proxies");
  }
}

// What every server of Python says to our client.
void UseServer(const ManagerClient& client) {
  const absl::StatusOr<Proxy> list = client.Create("list", {PyValue::List({PyValue(1)})});
  ASSERT_THAT(list, Succeeds());
  EXPECT_THAT(list->Call("append", {PyValue::Str("two")}), Succeeds());
  EXPECT_EQ(*list->GetValue(), PyValue::List({PyValue(1), PyValue::Str("two")}));
  EXPECT_THAT(list->Call("pop", {PyValue(9)}),
              FailsWithCode(absl::StatusCode::kOutOfRange, "IndexError: pop index out of range"));
  EXPECT_TRUE(IsRemoteError(list->Call("__class__").status()));

  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  EXPECT_THAT(queue->Call("get", {PyValue(false)}),
              FailsWithCode(absl::StatusCode::kUnavailable, ""));
  EXPECT_THAT(queue->Call("put", {}, {{"item", PyValue::Tuple({PyValue(2.5)})}}), Succeeds());
  EXPECT_EQ(*queue->Call("get"), PyValue::Tuple({PyValue(2.5)}));

  const absl::StatusOr<Proxy> account = client.Create("Account", {PyValue(5)});
  ASSERT_THAT(account, Succeeds());
  EXPECT_EQ(*account->Call("deposit", {PyValue(2)}), PyValue(7));
  EXPECT_EQ(*account->Call("deposit", {PyValue(1)}, {{"note", PyValue::Str("n")}}),
            PyValue::Tuple({PyValue(8), PyValue::Str("n")}));
  EXPECT_THAT(account->Call("deposit", {PyValue(-1)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "ValueError: negative amount"));
  const absl::StatusOr<Proxy> child = account->CallForProxy("open_child");
  ASSERT_THAT(child, Succeeds());
  EXPECT_EQ(*child->Call("deposit", {PyValue(0)}), PyValue(8));
  EXPECT_TRUE(IsRemoteError(account->Call("unpicklable").status()));
}

TEST(ManagersInteropTest, OurClientUsesPythonsServers) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.command);
    const PythonServer server(python);
    ASSERT_NE(server.port(), 0);
    const absl::StatusOr<ManagerClient> client =
        ManagerClient::Connect(Address::Inet("127.0.0.1", server.port()), kKey);
    ASSERT_THAT(client, Succeeds());
    UseServer(*client);
    EXPECT_EQ(*client->NumberOfObjects(), 0) << *client->DebugInfo();
    EXPECT_THAT(client->Shutdown(), Succeeds());
    Roles().Ran(python, "server");
  }
}

TEST(ManagersInteropTest, ProxiesCannotTellOurServerFromPythonsWithXml) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  ManagedTypes types = SyncTypes();
  types.Register(OnlyOne("get_queue", *types.Find("Queue")));
  ServerOptions options;
  options.serializer = Serializer::kXmlRpc;
  for (const Interpreter& python : Interpreters()) {
    const ServedManager served(kKey, types, options);
    const std::string expected = ExercisePrints(python, "own", "XML_EXERCISE");
    EXPECT_THAT(expected, HasSubstr("True True False\n")) << python.command;
    const std::string arguments = absl::StrCat(served.address().port(), " ", kKey);
    EXPECT_EQ(ExercisePrints(python, arguments, "XML_EXERCISE"), expected) << python.command;
    Roles().Ran(python, "xmlrpclib_proxies");
  }
}

void UseServerWithXml(const ManagerClient& client) {
  const absl::StatusOr<Proxy> queue = client.Create("Queue");
  ASSERT_THAT(queue, Succeeds());
  const PyValue value = PyValue::List({PyValue(), PyValue(true), PyValue(-7), PyValue(2.25),
                                       PyValue::Str("hall\xc3\xa5 <&>\n"),
                                       *PyValue::Dict({{PyValue::Str("k"), PyValue::List({})}})});
  EXPECT_THAT(queue->Call("put", {}, {{"item", value}}), Succeeds());
  EXPECT_EQ(*queue->Call("qsize"), PyValue(1));
  EXPECT_EQ(*queue->Call("get"), value);
  EXPECT_THAT(queue->Call("put", {PyValue::Bytes("hall\xe5")}), Succeeds());
  EXPECT_EQ(*queue->Call("get"), PyValue::Bytes("hall\xe5"));
  const absl::StatusOr<Proxy> account = client.Create("Account", {PyValue(5)});
  ASSERT_THAT(account, Succeeds());
  EXPECT_EQ(*account->Call("deposit", {PyValue(2)}), PyValue(7));
  // Python sends the attributes of the exception, of which there are none.
  EXPECT_THAT(account->Call("deposit", {PyValue(-1)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "exceptions must derive"));
}

TEST(ManagersInteropTest, OurClientUsesPythonsServersWithXml) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  ManagerClientOptions options;
  options.serializer = Serializer::kXmlRpc;
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.command);
    const PythonServer server(python, "xmlrpclib");
    ASSERT_NE(server.port(), 0);
    const absl::StatusOr<ManagerClient> client =
        ManagerClient::Connect(Address::Inet("127.0.0.1", server.port()), kKey, options);
    ASSERT_THAT(client, Succeeds());
    UseServerWithXml(*client);
    EXPECT_EQ(*client->NumberOfObjects(), 0) << *client->DebugInfo();
    EXPECT_THAT(client->Shutdown(), Succeeds());
    Roles().Ran(python, "xmlrpclib_server");
  }
  Roles().Print();
}

}  // namespace
}  // namespace someos::multiprocessing
