#include "someos/api/multiprocessing/connection/handshake.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/digest/hmac.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using internal::DigestAlgorithm;
using internal::Hmac;

constexpr absl::string_view kKey = "the key";
constexpr absl::string_view kOtherRandom = "another 24 random bytes.";
constexpr absl::string_view kRandom = "24 bytes of a generator.";
static_assert(kRandom.size() == Handshake::kRandomSize &&
              kOtherRandom.size() == Handshake::kRandomSize);

Handshake Listening(Digests digests = Digests::kAny) {
  return Handshake(HandshakeRole::kListener, kKey, digests, kRandom);
}
Handshake Connecting(Digests digests = Digests::kAny) {
  return Handshake(HandshakeRole::kClient, kKey, digests, kOtherRandom);
}

std::string Next(Handshake& handshake) { return handshake.TakeMessage().value_or("nothing"); }

// Hands each side what the other one sends, as long as there is something.
void Connect(Handshake& a, Handshake& b) {
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& [from, to] : {std::pair(&a, &b), std::pair(&b, &a)}) {
      const std::optional<std::string> message = from->TakeMessage();
      if (!message.has_value()) continue;
      progress = true;
      EXPECT_LE(message->size(), Handshake::kMaxMessage);
      (void)to->Receive(*message);
    }
  }
}

TEST(HandshakeTest, TwoThatKnowTheKey) {
  for (const Digests digests : {Digests::kAny, Digests::kStrict}) {
    Handshake listener = Listening(digests);
    Handshake client = Connecting(digests);
    Connect(listener, client);
    EXPECT_TRUE(listener.done());
    EXPECT_THAT(listener.status(), Succeeds());
    EXPECT_EQ(listener.peer_is_legacy(), false);
    EXPECT_TRUE(client.done());
    EXPECT_THAT(client.status(), Succeeds());
    EXPECT_EQ(client.peer_is_legacy(), false);
  }
}

TEST(HandshakeTest, TwoWithDifferentKeys) {
  Handshake listener = Listening();
  Handshake client(HandshakeRole::kClient, "another key", Digests::kAny, kOtherRandom);
  Connect(listener, client);
  EXPECT_TRUE(listener.done());
  EXPECT_EQ(Says(listener.status()), "AuthenticationError: digest received was wrong");
  EXPECT_TRUE(client.done());
  EXPECT_EQ(Says(client.status()), "AuthenticationError: digest sent was rejected");
}

TEST(HandshakeTest, AnEmptyKeyIsAKey) {
  Handshake listener(HandshakeRole::kListener, "", Digests::kAny, kRandom);
  Handshake client(HandshakeRole::kClient, "", Digests::kAny, kOtherRandom);
  Connect(listener, client);
  EXPECT_THAT(listener.status(), Succeeds());
  EXPECT_TRUE(client.done());
}

// What Python before 3.12 does at the other end.
TEST(HandshakeTest, AClientOfALegacyListener) {
  Handshake client = Connecting();
  EXPECT_EQ(client.TakeMessage(), std::nullopt);
  const std::string challenge = "{sha256} is random!!";
  ASSERT_EQ(challenge.size(), 20);
  EXPECT_THAT(client.Receive(absl::StrCat("#CHALLENGE#", challenge)), Succeeds());
  EXPECT_EQ(client.TakeMessage(), Hmac(DigestAlgorithm::kMd5, kKey, challenge));
  EXPECT_THAT(client.Receive("#WELCOME#"), Succeeds());
  EXPECT_EQ(client.peer_is_legacy(), true);
  const std::string own = Next(client);
  ASSERT_TRUE(absl::StartsWith(own, "#CHALLENGE#{sha256}")) << own;
  EXPECT_FALSE(client.done());
  EXPECT_THAT(client.Receive(Hmac(DigestAlgorithm::kMd5, kKey, own.substr(11))), Succeeds());
  EXPECT_EQ(client.TakeMessage(), "#WELCOME#");
  EXPECT_TRUE(client.done());
  EXPECT_THAT(client.status(), Succeeds());
}

TEST(HandshakeTest, AListenerOfALegacyClient) {
  Handshake listener = Listening();
  const std::string own = Next(listener);
  EXPECT_THAT(listener.Receive(Hmac(DigestAlgorithm::kMd5, kKey, own.substr(11))), Succeeds());
  EXPECT_EQ(listener.TakeMessage(), "#WELCOME#");
  EXPECT_FALSE(listener.done());
  EXPECT_THAT(listener.Receive("#CHALLENGE#..20 random bytes..."), Succeeds());
  EXPECT_EQ(listener.TakeMessage(), Hmac(DigestAlgorithm::kMd5, kKey, "..20 random bytes..."));
  EXPECT_FALSE(listener.done());
  EXPECT_THAT(listener.Receive("#WELCOME#"), Succeeds());
  EXPECT_TRUE(listener.done());
  EXPECT_EQ(listener.peer_is_legacy(), true);
}

TEST(HandshakeTest, AnswersWithTheDigestThatIsAskedFor) {
  for (const char* name : {"md5", "sha256", "sha384", "sha3_256", "sha3_384"}) {
    Handshake client = Connecting();
    const std::string challenge = absl::StrCat("{", name, "}", std::string(40, 'r'));
    ASSERT_THAT(client.Receive(absl::StrCat("#CHALLENGE#", challenge)), Succeeds());
    EXPECT_EQ(client.TakeMessage(),
              absl::StrCat("{", name, "}", Hmac(*internal::FindDigest(name), kKey, challenge)));
    EXPECT_EQ(client.peer_is_legacy(), false);
  }
}

TEST(HandshakeTest, AcceptsEachDigest) {
  for (const char* name : {"md5", "sha256", "sha384", "sha3_256", "sha3_384"}) {
    Handshake listener = Listening();
    const std::string challenge = Next(listener).substr(11);
    EXPECT_THAT(listener.Receive(absl::StrCat("{", name, "}",
                                              Hmac(*internal::FindDigest(name), kKey, challenge))),
                Succeeds())
        << name;
    EXPECT_EQ(listener.TakeMessage(), "#WELCOME#");
  }
}

std::string AnswerSays(absl::string_view answer, Digests digests = Digests::kAny) {
  Handshake listener = Listening(digests);
  listener.TakeMessage();
  const std::string says = Says(listener.Receive(answer));
  EXPECT_EQ(Next(listener), "#FAILURE#");
  EXPECT_TRUE(listener.done());
  return says;
}

TEST(HandshakeTest, WrongAnswers) {
  EXPECT_EQ(AnswerSays(std::string(16, 'x')), "AuthenticationError: digest received was wrong");
  EXPECT_EQ(AnswerSays(std::string(20, 'x')),
            "AuthenticationError: expected 'md5' of length 16 got 20");
  EXPECT_EQ(AnswerSays(absl::StrCat("{sha256}", std::string(32, 'x'))),
            "AuthenticationError: digest received was wrong");
  EXPECT_EQ(AnswerSays("{sha256}and too few"),
            "AuthenticationError: expected 'sha256' of length 32 got 11");
  for (const char* unknown : {"", "{", "{}", "{sha1}x", "sha256}x", "{sha256", "#WELCOME#"}) {
    EXPECT_EQ(AnswerSays(unknown),
              absl::StrCat("AuthenticationError: unsupported message length, missing digest "
                           "prefix, or unsupported digest: message=b'",
                           unknown, "'"));
  }
}

TEST(HandshakeTest, StrictRefusesTheOldDigestInBothDirections) {
  EXPECT_EQ(AnswerSays(std::string(16, 'x'), Digests::kStrict),
            "AuthenticationError: the peer uses MD5, which is refused");
  EXPECT_EQ(AnswerSays(absl::StrCat("{md5}", std::string(16, 'x')), Digests::kStrict),
            "AuthenticationError: the peer uses MD5, which is refused");
  for (const char* challenge :
       {"#CHALLENGE#..20 random bytes...", "#CHALLENGE#{md5}.................."}) {
    Handshake client = Connecting(Digests::kStrict);
    EXPECT_EQ(Says(client.Receive(challenge)),
              "AuthenticationError: the peer uses MD5, which is refused");
    EXPECT_EQ(client.TakeMessage(), std::nullopt);
  }
}

std::string ChallengeSays(absl::string_view message) {
  Handshake client = Connecting();
  const std::string says = Says(client.Receive(message));
  EXPECT_EQ(client.TakeMessage(), std::nullopt);
  EXPECT_TRUE(client.done());
  return says;
}

TEST(HandshakeTest, WrongChallenges) {
  EXPECT_EQ(ChallengeSays("hello"),
            "AuthenticationError: Protocol error, expected challenge: message=b'hello'");
  EXPECT_EQ(ChallengeSays("#CHALLENGE#"), "AuthenticationError: challenge too short: 0 bytes");
  EXPECT_EQ(ChallengeSays("#CHALLENGE#19 bytes not enough"),
            "AuthenticationError: challenge too short: 19 bytes");
  EXPECT_EQ(ChallengeSays("#CHALLENGE#{sha512} which Python does not allow"),
            "AuthenticationError: unsupported message length, missing digest prefix, or "
            "unsupported digest: message=b'{sha512} which Python does not allow'");
}

TEST(HandshakeTest, NoVerdictButWelcomeIsOne) {
  for (const char* verdict : {"#FAILURE#", "", "#WELCOME#!", "#WELCOME"}) {
    Handshake client = Connecting();
    ASSERT_THAT(client.Receive("#CHALLENGE#..20 random bytes..."), Succeeds());
    client.TakeMessage();
    EXPECT_EQ(Says(client.Receive(verdict)), "AuthenticationError: digest sent was rejected");
    EXPECT_EQ(client.TakeMessage(), std::nullopt);
  }
}

TEST(HandshakeTest, AFailureIsFinal) {
  Handshake client = Connecting();
  const absl::Status failure = client.Receive("hello");
  EXPECT_EQ(client.Receive("#CHALLENGE#..20 random bytes..."), failure);
  EXPECT_EQ(client.TakeMessage(), std::nullopt);
}

// A server that does not know the key could otherwise let one connection of a client answer the
// challenge of another one.
TEST(HandshakeTest, DoesNotAnswerTheChallengeOfAnotherClient) {
  Handshake first = Connecting();
  ASSERT_THAT(first.Receive("#CHALLENGE#..20 random bytes..."), Succeeds());
  first.TakeMessage();
  ASSERT_THAT(first.Receive("#WELCOME#"), Succeeds());
  const std::string challenge = Next(first);

  Handshake second(HandshakeRole::kClient, kKey, Digests::kAny, kRandom);
  EXPECT_EQ(Says(second.Receive(challenge)),
            "AuthenticationError: the peer has sent a challenge that this side has made");
  EXPECT_EQ(second.TakeMessage(), std::nullopt);
}

}  // namespace
}  // namespace someos::multiprocessing
