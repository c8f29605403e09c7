// Managers whose messages are XML.

#include "someos/api/multiprocessing/managers/serializer.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/managed_class.h"
#include "someos/api/multiprocessing/managers/manager_client.h"
#include "someos/api/multiprocessing/managers/proxy.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/server_testing.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::HasSubstr;

constexpr char kKey[] = "xml";

struct Speaker {};

absl::StatusOr<PyValue> Complain(Speaker&, const Arguments& arguments) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, *arguments.positional()[0].AsStr());
}

absl::StatusOr<PyValue> SpeakOfMuch(Speaker&, const Arguments&) {
  return PyValue(int64_t{1} << 40);
}

absl::StatusOr<PyValue> SayNoCharacter(Speaker&, const Arguments&) {
  return PyValue::Str("\xef\xbf\xbf");
}

// The message that says so is cut, and not within a character.
absl::StatusOr<PyValue> SayMuchBeforeIt(Speaker&, const Arguments&) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xc3\xa9";
  return PyValue::Str(text + '\x01');
}

absl::StatusOr<std::shared_ptr<Speaker>> Another(Speaker&, const Arguments&) {
  return std::make_shared<Speaker>();
}

ManagedTypes Types() {
  ManagedClass<Speaker> speaker("Speaker");
  speaker.Constructor([](const Arguments&) { return std::make_shared<Speaker>(); })
      .Method("complain", Complain)
      .Method("speak_of_much", SpeakOfMuch)
      .Method("say_no_character", SayNoCharacter)
      .Method("say_much_before_it", SayMuchBeforeIt)
      .ProxyMethod<Speaker>("another", speaker, Another);
  ManagedTypes types = SyncTypes();
  types.Register(speaker.Type());
  return types;
}

class XmlManagerTest : public testing::Test {
 protected:
  static ServerOptions OptionsOfServer() {
    ServerOptions options;
    options.serializer = Serializer::kXmlRpc;
    return options;
  }
  ManagerClient Connected() const {
    ManagerClientOptions options;
    options.serializer = Serializer::kXmlRpc;
    return *ManagerClient::Connect(served_.address(), kKey, options);
  }

  const ServedManager served_{kKey, Types(), OptionsOfServer()};
};

TEST_F(XmlManagerTest, ObjectsAreUsedThroughProxies) {
  const ManagerClient client = Connected();
  {
    const absl::StatusOr<Proxy> queue = client.Create("Queue", {PyValue(2)});
    ASSERT_THAT(queue, Succeeds());
    const PyValue value = PyValue::List({PyValue(), PyValue(true), PyValue(2.25),
                                         PyValue::Str("hall\xc3\xa5 <v&rlden>\r\n"),
                                         PyValue::Bytes("hall\xe5"), PyValue(-7)});
    EXPECT_THAT(queue->Call("put", {}, {{"item", value}}), Succeeds());
    EXPECT_EQ(*client.NumberOfObjects(), 1);
    EXPECT_EQ(*queue->Call("get"), value);
    EXPECT_TRUE(IsRemoteError(queue->Call("get", {PyValue(false)}).status()));
  }
  EXPECT_EQ(*client.NumberOfObjects(), 0);
}

TEST_F(XmlManagerTest, ExceptionsAreRemoteErrorsWithTheirText) {
  const absl::StatusOr<Proxy> speaker = Connected().Create("Speaker");
  ASSERT_THAT(speaker, Succeeds());
  const absl::Status plain = speaker->Call("complain", {PyValue::Str("no <that>")}).status();
  EXPECT_TRUE(IsRemoteError(plain));
  EXPECT_THAT(std::string(plain.message()), HasSubstr("ValueError: no <that>\n"));
}

TEST_F(XmlManagerTest, WhatXmlCannotContainIsAnError) {
  const absl::StatusOr<Proxy> speaker = Connected().Create("Speaker");
  ASSERT_THAT(speaker, Succeeds());
  EXPECT_THAT(speaker->Call("complain", {PyValue(int64_t{1} << 31)}),
              FailsWithCode(absl::StatusCode::kOutOfRange, "int exceeds XML-RPC limits"));
  EXPECT_THAT(speaker->Call("complain", {PyValue::Str("\x01")}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "XML cannot contain"));
  EXPECT_THAT(speaker->Call("complain", {speaker->ToValue()}),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "cannot marshal"));
  const absl::Status much = speaker->Call("speak_of_much").status();
  EXPECT_TRUE(IsRemoteError(much));
  EXPECT_THAT(std::string(much.message()), HasSubstr("int exceeds XML-RPC limits"));
  // The connection goes on.
  EXPECT_TRUE(IsRemoteError(speaker->Call("complain", {PyValue::Str("still there")}).status()));
}

// A reply that says what cannot be written can be.
TEST_F(XmlManagerTest, ACallAlwaysGetsAReply) {
  const absl::StatusOr<Proxy> speaker = Connected().Create("Speaker");
  ASSERT_THAT(speaker, Succeeds());
  for (const char* method : {"say_no_character", "say_much_before_it"}) {
    const absl::Status refused = speaker->Call(method).status();
    EXPECT_TRUE(IsRemoteError(refused)) << method;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("XML cannot contain the str '"));
  }
}

TEST_F(XmlManagerTest, ResultsAreNoProxies) {
  const ManagerClient client = Connected();
  const absl::StatusOr<Proxy> speaker = client.Create("Speaker");
  ASSERT_THAT(speaker, Succeeds());
  const absl::Status refused = speaker->CallForProxy("another").status();
  EXPECT_TRUE(IsRemoteError(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("XML-RPC has no proxies"));
  EXPECT_EQ(*client.NumberOfObjects(), 1);
}

TEST_F(XmlManagerTest, APickleIsAnError) {
  const absl::Status refused = ManagerClient::Connect(served_.address(), kKey).status();
  EXPECT_FALSE(refused.ok());
  EXPECT_THAT(Connected().NumberOfObjects(), Succeeds());
}

}  // namespace
}  // namespace someos::multiprocessing
