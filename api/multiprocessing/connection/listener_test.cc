#include "someos/api/multiprocessing/connection/listener.h"

#include <sys/stat.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/api/multiprocessing/connection/wait.h"
#include "someos/testing/child_process.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(20);

std::unique_ptr<Listener> Listening(const ListenerOptions& options = {}) {
  return Listener::Create(options).value();
}

ListenerOptions WithKey(absl::string_view key) {
  ListenerOptions options;
  options.backlog = 16;
  options.authentication.authkey = std::string(key);
  return options;
}

ClientOptions KnowingKey(absl::string_view key) {
  ClientOptions options;
  options.authentication.authkey = std::string(key);
  return options;
}

std::string Says(const absl::StatusOr<Connection>& connection) {
  return connection.ok() ? "connected" : someos::Says(connection.status());
}
using someos::Says;

bool Exists(const std::string& path) {
  struct stat status;
  return stat(path.c_str(), &status) == 0;
}

// Whether each end gets what the other one sends.
void ExpectConnected(Connection& a, Connection& b) {
  ASSERT_THAT(a.SendBytes("there"), Succeeds());
  EXPECT_EQ(Says(b.ReceiveBytes()), "b'there'");
  ASSERT_THAT(b.SendBytes("and back"), Succeeds());
  EXPECT_EQ(Says(a.ReceiveBytes()), "b'and back'");
}

void ExpectConnects(Listener& listener) {
  absl::StatusOr<Connection> client = Client(listener.address());
  ASSERT_THAT(client, Succeeds());
  absl::StatusOr<Connection> accepted = listener.Accept();
  ASSERT_THAT(accepted, Succeeds());
  ExpectConnected(*client, *accepted);
}

TEST(ListenerTest, IsAPathThatVanishes) {
  std::unique_ptr<Listener> listener = Listening();
  const std::string path(listener->address().path());
  EXPECT_TRUE(Exists(path));
  struct stat directory;
  ASSERT_EQ(stat(path.substr(0, path.rfind('/')).c_str(), &directory), 0);
  EXPECT_EQ(directory.st_mode & 0777, 0700);
  ExpectConnects(*listener);
  EXPECT_EQ(listener->last_accepted(), Address::Unix(""));
  listener->Close();
  listener->Close();
  EXPECT_FALSE(Exists(path));
  EXPECT_FALSE(Exists(path.substr(0, path.rfind('/'))));
  EXPECT_EQ(Says(listener->Accept()), "OSError: listener is closed");
  EXPECT_EQ(Says(listener->fileno()), "OSError: listener is closed");
}

TEST(ListenerTest, WithoutAPlaceForTheDirectoryThereIsNone) {
  const char* const set = getenv("TMPDIR");
  const std::optional<std::string> before =
      set == nullptr ? std::nullopt : std::optional<std::string>(set);
  setenv("TMPDIR", "/nonexistent", /*overwrite=*/1);
  EXPECT_EQ(Says(Listener::Create().status()), "OSError: ENOENT");
  unsetenv("TMPDIR");
  if (before.has_value()) setenv("TMPDIR", before->c_str(), /*overwrite=*/1);
}

TEST(ListenerTest, OfInet) {
  std::unique_ptr<Listener> listener = Listener::Create({}, Family::kInet).value();
  EXPECT_EQ(listener->address().host(), "127.0.0.1");
  EXPECT_NE(listener->address().port(), 0);
  ExpectConnects(*listener);
  EXPECT_EQ(listener->last_accepted()->host(), "127.0.0.1");
}

TEST(ListenerTest, OfInet6) {
  absl::StatusOr<std::unique_ptr<Listener>> listener = Listener::Create(Address::Inet6("::1", 0));
  if (!listener.ok()) GTEST_SKIP() << "no IPv6 here: " << listener.status();
  EXPECT_EQ((*listener)->address().host(), "::1");
  ExpectConnects(**listener);
}

TEST(ListenerTest, OfAnAbstractName) {
#ifndef __linux__
  GTEST_SKIP() << "only Linux has abstract names";
#endif
  const std::string name =
      absl::StrCat(absl::string_view("\0someos ", 8), absl::GetCurrentTimeNanos());
  std::unique_ptr<Listener> listener = Listener::Create(Address::Unix(name)).value();
  EXPECT_EQ(listener->address(), Address::Unix(name));
  ExpectConnects(*listener);
}

TEST(ListenerTest, AddressesThatCannotBe) {
  const std::string long_path = "/tmp/" + std::string(103, 'x');  // without a place for its NUL
  EXPECT_EQ(Says(Listener::Create(Address::Unix(long_path)).status()),
            "OSError: AF_UNIX path too long");
  EXPECT_EQ(Says(Client(Address::Unix(long_path))), "OSError: AF_UNIX path too long");
  EXPECT_EQ(Says(Client(Address::Unix({"/tmp/\0x", 7}))),
            "ValueError: AF_UNIX path with a null character");
  EXPECT_EQ(Says(Listener::Create(Address::Unix("")).status()), "OSError: AF_UNIX path is empty");
  EXPECT_EQ(Says(Client(Address::Unix(""))), "OSError: AF_UNIX path is empty");
  EXPECT_EQ(Says(Client(Address::Inet({"127.0.0.1\0x", 11}, 1))),
            "TypeError: host name must not contain null character");
  EXPECT_EQ(Says(Client(Address::Unix("/nonexistent/path"))), "OSError: ENOENT");
  std::unique_ptr<Listener> listener = Listening();
  EXPECT_EQ(Says(Listener::Create(listener->address()).status()), "OSError: EADDRINUSE");
  std::unique_ptr<Listener> inet = Listener::Create({}, Family::kInet).value();
  const Address gone = inet->address();
  inet->Close();
  EXPECT_EQ(Says(Client(gone)), "OSError: ECONNREFUSED");
}

TEST(ListenerTest, Timeouts) {
  std::unique_ptr<Listener> listener = Listening();
  EXPECT_EQ(Says(listener->Accept(kShort)), "TimeoutError: accept: timed out");
  EXPECT_EQ(listener->TryAccept().value().has_value(), false);
  // Nobody accepts, and the queue is full at some time.
  std::vector<Connection> waiting;
  ClientOptions options;
  options.connect_timeout = kShort;
  for (int i = 0; i < 100; ++i) {
    absl::StatusOr<Connection> client = Client(listener->address(), options);
    if (!client.ok()) {
#ifdef __linux__
      EXPECT_THAT(client, FailsWithCode(absl::StatusCode::kDeadlineExceeded, "connect to "));
#endif
      return;
    }
    waiting.push_back(*std::move(client));
  }
  ADD_FAILURE() << "a backlog of 1 has taken " << waiting.size();
}

TEST(AuthenticationTest, BothKnowTheKey) {
  for (const char* key : {"key", ""}) {
    std::unique_ptr<Listener> listener = Listening(WithKey(key));
    std::thread accepting([&] {
      absl::StatusOr<Connection> accepted = listener->Accept();
      ASSERT_THAT(accepted, Succeeds());
      EXPECT_EQ(Says(accepted->ReceiveBytes()), "b'hello'");
    });
    absl::StatusOr<Connection> client = Client(listener->address(), KnowingKey(key));
    ASSERT_THAT(client, Succeeds());
    EXPECT_THAT(client->SendBytes("hello"), Succeeds());
    accepting.join();
  }
}

TEST(AuthenticationTest, AWrongKeyIsAnErrorOfBoth) {
  std::unique_ptr<Listener> listener = Listening(WithKey("key"));
  std::string client_says;
  std::thread connecting(
      [&] { client_says = Says(Client(listener->address(), KnowingKey("another"))); });
  EXPECT_EQ(Says(listener->Accept()), "AuthenticationError: digest received was wrong");
  connecting.join();
  EXPECT_EQ(client_says, "AuthenticationError: digest sent was rejected");
}

TEST(AuthenticationTest, AClientOfAListenerWithoutAKeyDoesNotWaitForEver) {
  std::unique_ptr<Listener> listener = Listening();
  ClientOptions options = KnowingKey("key");
  options.handshake_timeout = kShort;
  EXPECT_EQ(Says(Client(listener->address(), options)), "TimeoutError: handshake: timed out");
}

// As many as the system lets wait, and more.
TEST(AuthenticationTest, SilentClientsStopNobody) {
  ListenerOptions options = WithKey("key");
  options.max_handshakes = 4;
  options.handshake_timeout = absl::Seconds(5);  // a tenth of it for those who make room
  std::unique_ptr<Listener> listener = Listening(options);
  std::vector<Connection> silent;
  for (int i = 0; i < 10; ++i) silent.push_back(Client(listener->address()).value());
  std::thread connecting(
      [&] { EXPECT_EQ(Says(Client(listener->address(), KnowingKey("key"))), "connected"); });
  EXPECT_EQ(Says(listener->Accept()), "connected");
  connecting.join();
}

TEST(AuthenticationTest, SilentClientsMakeRoomBeforeTheirTimeHasPassed) {
  ListenerOptions options = WithKey("key");
  options.max_handshakes = 1;
  options.handshake_timeout = absl::Seconds(15);  // each would be waited for, one after the other
  std::unique_ptr<Listener> listener = Listening(options);
  const Connection first = Client(listener->address()).value();
  const Connection second = Client(listener->address()).value();
  const absl::Time start = absl::Now();
  std::thread connecting([&] {
    ClientOptions patient = KnowingKey("key");
    patient.handshake_timeout = absl::Minutes(2);
    EXPECT_EQ(Says(Client(listener->address(), patient)), "connected");
  });
  EXPECT_EQ(Says(listener->Accept()), "connected");
  connecting.join();
  EXPECT_LT(absl::Now() - start, absl::Seconds(15));  // it takes three
}

// The program does something else meanwhile.
TEST(AuthenticationTest, AClientWhoseLastAnswerHasArrivedIsNotReplaced) {
  ListenerOptions options = WithKey("key");
  options.max_handshakes = 1;
  options.handshake_timeout = absl::Seconds(10);
  std::unique_ptr<Listener> listener = Listening(options);
  PendingHandshake client = PendingHandshake::Begin(Client(listener->address()).value(),
                                                    HandshakeRole::kClient, "key", Digests::kAny)
                                .value();
  do {
    ASSERT_EQ(listener->TryAccept().value().has_value(), false);
  } while (!client.Continue().value());
  const Connection another = Client(listener->address()).value();
  absl::SleepFor(options.handshake_timeout / 10 + absl::Milliseconds(1));
  EXPECT_EQ(listener->TryAccept().value().has_value(), true);
}

TEST(AuthenticationTest, ClientsThatLeaveAtOnceDoNotKeepTryAcceptBusy) {
  ListenerOptions options = WithKey("key");
  options.max_handshakes = 1;
  std::unique_ptr<Listener> listener = Listening(options);
  for (int i = 0; i < 3; ++i) Client(listener->address()).value().Close();
  const std::vector<Listener*> listeners = {listener.get()};
  ASSERT_EQ(listener->TryAccept().value().has_value(), false);
  EXPECT_EQ(Wait(listeners, absl::ZeroDuration()).value(), listeners);  // there are more
  while (!Wait(listeners, absl::ZeroDuration()).value().empty()) {
    ASSERT_EQ(listener->TryAccept().value().has_value(), false);
  }
}

TEST(AuthenticationTest, ASilentClientIsDropped) {
  ListenerOptions options = WithKey("key");
  options.handshake_timeout = kShort;
  std::unique_ptr<Listener> listener = Listening(options);
  Connection silent = Client(listener->address()).value();
  while (silent.peer().oldest() == 207) {
    EXPECT_EQ(Says(listener->Accept(kShort)), "TimeoutError: accept: timed out");
    absl::StatusOr<std::optional<std::string>> received = silent.TryReceiveBytes();
    if (received.ok()) continue;  // the challenge, or nothing yet
    EXPECT_EQ(Says(received.status()), "EOFError: ");
    return;
  }
}

TEST(AuthenticationTest, ClientsThatLieOrLeaveAreDropped) {
  std::unique_ptr<Listener> listener = Listening(WithKey("key"));
  Connection long_message = Client(listener->address()).value();
  ASSERT_THAT(long_message.SendBytes(std::string(257, 'x')), Succeeds());
  {
    Connection leaves = Client(listener->address()).value();
  }
  EXPECT_EQ(Says(listener->Accept(kShort)), "TimeoutError: accept: timed out");
  EXPECT_THAT(long_message.ReceiveBytes(), Succeeds());  // the challenge
  EXPECT_THAT(long_message.ReceiveBytes(), testing::Not(Succeeds()));
}

TEST(AuthenticationTest, ManyAtTheSameTime) {
  constexpr size_t kClients = 20;
  std::unique_ptr<Listener> listener = Listening(WithKey("key"));
  std::vector<std::thread> clients;
  for (size_t i = 0; i < kClients; ++i) {
    clients.emplace_back([&] {
      absl::StatusOr<Connection> client = Client(listener->address(), KnowingKey("key"));
      ASSERT_THAT(client, Succeeds());
      EXPECT_EQ(Says(client->ReceiveBytes()), "b'welcome'");
    });
  }
  for (size_t i = 0; i < kClients; ++i) {
    absl::StatusOr<Connection> accepted = listener->Accept();
    ASSERT_THAT(accepted, Succeeds());
    EXPECT_THAT(accepted->SendBytes("welcome"), Succeeds());
  }
  for (std::thread& client : clients) client.join();
}

TEST(ListenerTest, AChildsCopyLeavesThePathAlone) {
  std::unique_ptr<Listener> listener = Listening();
  EXPECT_EQ(RunInChild([&] {
              listener->Close();
              return std::string();
            }),
            "");
  EXPECT_TRUE(Exists(std::string(listener->address().path())));
  ExpectConnects(*listener);
}

TEST(ListenerTest, LeavesNothingOpen) {
  const std::set<int> before = OpenDescriptors();
  {
    std::unique_ptr<Listener> listener = Listening(WithKey("key"));
    EXPECT_TRUE(IsCloseOnExec(*listener->fileno()));
    Connection silent = Client(listener->address()).value();
    EXPECT_TRUE(IsCloseOnExec(*silent.fileno()));
    EXPECT_EQ(listener->TryAccept().value().has_value(), false);
  }
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

}  // namespace
}  // namespace someos::multiprocessing
