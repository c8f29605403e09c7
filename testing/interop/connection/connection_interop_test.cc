// Connections with every interpreter that is here, in each role.

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/python_says.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

// Only so that a broken interpreter does not stop the test.
constexpr absl::Duration kPatience = absl::Minutes(2);
constexpr absl::string_view kKey("a key \0 of bytes", 16);

Authentication Knowing(absl::string_view key, Digests digests = Digests::kAny) {
  Authentication authentication;
  authentication.authkey = std::string(key);
  authentication.digests = digests;
  return authentication;
}

std::unique_ptr<Listener> Listening(Digests digests = Digests::kAny) {
  ListenerOptions options;
  options.authentication = Knowing(kKey, digests);
  options.handshake_timeout = kPatience;
  return Listener::Create(options).value();
}

absl::StatusOr<Connection> Connect(const Address& address) {
  ClientOptions options;
  options.authentication = Knowing(kKey);
  options.handshake_timeout = kPatience;
  return Client(address, options);
}

std::string RunPeer(const Interpreter& python, const Listener& listener, absl::string_view key,
                    absl::string_view more = "") {
  return PythonPrints(python, absl::StrCat(std::getenv("PEER"), " ", listener.address().path(), " ",
                                           absl::BytesToHexString(key), " ", more));
}

void EchoBytes(Connection& connection) {
  for (const size_t size : {1, 16383, 16384, 16385, 300000, 0}) {
    const std::string message(size, static_cast<char>(size));
    ASSERT_THAT(connection.SendBytes(message, kPatience), Succeeds());
    const absl::StatusOr<std::string> echo = connection.ReceiveBytes({}, kPatience);
    ASSERT_THAT(echo, Succeeds());
    EXPECT_EQ(*echo, message);
  }
}

// Values that each version has; text of Python 2.7 comes back as such.
std::vector<PyValue> Values() {
  return {
      PyValue(true),
      PyValue(int64_t{1} << 40),
      *PyValue::IntFromDecimal("-123456789012345678901234567890"),
      PyValue(0.1),
      PyValue::Str("text \xc3\xa9"),
      PyValue::Bytes("bytes \xff"),
      PyValue::Tuple({PyValue(1), PyValue::List({PyValue::Str("two")})}),
      *PyValue::Dict({{PyValue::Str("key"), PyValue()}}),
      *PyValue::Set({PyValue(1), PyValue(2)}),
      PyValue::List({PyValue::ByteArray("array \xfe"), *PyValue::FrozenSet({PyValue(3)})}),
  };
}

void EchoValues(Connection& connection) {
  std::vector<PyValue> values = Values();
  values.push_back(PyValue());
  for (const PyValue& value : values) {
    ASSERT_THAT(connection.Send(value, kPatience), Succeeds());
    const absl::StatusOr<PyValue> echo = connection.Receive(kPatience);
    ASSERT_THAT(echo, Succeeds());
    EXPECT_EQ(*echo, value) << echo->ToString() << " instead of " << value.ToString();
  }
}

void ExchangeDescriptors(Connection& connection) {
  ASSERT_THAT(connection.Send(PyValue(1)), Succeeds());
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const ScopedFd reader(ends[0]);
  const ScopedFd writer(ends[1]);
  ASSERT_EQ(write(writer.get(), "from c++", 8), 8);
  ASSERT_THAT(connection.SendDescriptor(reader.get()), Succeeds());
  EXPECT_EQ(Says(connection.ReceiveBytes({}, kPatience)), "b'from c++'");
  const absl::StatusOr<int> received = connection.ReceiveDescriptor(kPatience);
  ASSERT_THAT(received, Succeeds());
  const ScopedFd owner(*received);
  char text[100];
  ASSERT_EQ(read(owner.get(), text, sizeof(text)), 11);
  EXPECT_EQ(std::string(text, 11), "from python");
}

// What peer.py's exercise() is told.
void Exercise(Connection& connection, bool with_descriptors) {
  EchoBytes(connection);
  EchoValues(connection);
  if (with_descriptors) ExchangeDescriptors(connection);
  ASSERT_THAT(connection.Send(PyValue(0)), Succeeds());
}

void ExpectVersion(const Interpreter& python, const PeerVersion& peer) {
  const int version = 100 * python.major + python.minor;
  EXPECT_LE(peer.oldest(), version);
  EXPECT_GE(peer.newest(), version);
  EXPECT_EQ(peer.accepts_long_form() == LongForm::kKnownToPeer, python.AtLeast(3, 8));
  EXPECT_EQ(peer.sends_long_form() == LongForm::kKnownToPeer, python.AtLeast(3, 8));
}

void ExchangeAll(const Interpreter& python, Listener& listener, Matrix& matrix) {
  absl::StatusOr<Connection> first = listener.Accept(kPatience);
  ASSERT_THAT(first, Succeeds());
  Exercise(*first, /*with_descriptors=*/true);
  ExpectVersion(python, first->peer());
  matrix.Ran(python, "client");
  matrix.Ran(python, "descriptors");
  for (const bool is_unix : {true, false}) {
    const absl::StatusOr<PyValue> said = first->Receive(kPatience);
    ASSERT_THAT(said, Succeeds());
    const absl::StatusOr<Address> address = Address::FromPython(*said);
    ASSERT_THAT(address, Succeeds());
    EXPECT_EQ(address->family(), is_unix ? Family::kUnix : Family::kInet);
    absl::StatusOr<Connection> second = Connect(*address);
    ASSERT_THAT(second, Succeeds());
    Exercise(*second, is_unix);
    ExpectVersion(python, second->peer());
  }
  matrix.Ran(python, "listener");
}

class ConnectionInteropTest : public testing::Test {
 protected:
  void SetUp() override {
    if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  }
};

TEST_F(ConnectionInteropTest, BytesValuesAndDescriptorsInEachRole) {
  Matrix matrix("connection", {"client", "listener", "descriptors", "stranger", "strict"});
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.version);
    {
      std::unique_ptr<Listener> listener = Listening();
      std::string printed;
      std::thread peer([&] { printed = RunPeer(python, *listener, kKey); });
      ExchangeAll(python, *listener, matrix);
      listener->Close();  // a peer that still connects must not wait for ever
      peer.join();
      EXPECT_EQ(printed, "done\n");
    }
    {
      std::unique_ptr<Listener> listener = Listening();
      std::string printed;
      std::thread peer([&] { printed = RunPeer(python, *listener, "another key", "once"); });
      EXPECT_EQ(Says(listener->Accept(kPatience).status()),
                "AuthenticationError: digest received was wrong");
      peer.join();
      EXPECT_EQ(printed, "AuthenticationError: digest sent was rejected\n");
      matrix.Ran(python, "stranger");
    }
    {
      // Python before 3.12 has nothing but MD5.
      std::unique_ptr<Listener> listener = Listening(Digests::kStrict);
      std::string printed;
      std::thread peer([&] { printed = RunPeer(python, *listener, kKey, "once"); });
      const absl::StatusOr<Connection> accepted = listener->Accept(kPatience);
      peer.join();
      EXPECT_EQ(accepted.ok(), python.AtLeast(3, 12)) << accepted.status();
      EXPECT_EQ(printed, python.AtLeast(3, 12) ? "connected\n"
                                               : "AuthenticationError: digest sent was rejected\n");
      matrix.Ran(python, "strict");
    }
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::multiprocessing
