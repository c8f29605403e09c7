#include "someos/api/multiprocessing/connection/handshake.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/digest/hmac.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {
namespace {

using internal::DigestAlgorithm;

constexpr absl::string_view kChallenge = "#CHALLENGE#";
constexpr absl::string_view kWelcome = "#WELCOME#";
constexpr absl::string_view kFailure = "#FAILURE#";
constexpr absl::string_view kTag = "{sha256}";

// Of a challenge of Python before 3.12, and of its answer. No other message is that short.
constexpr size_t kLegacyChallenge = 20;
constexpr size_t kLegacyAnswer = 16;

// Makes a challenge as long as Python's own: 40 bytes behind the tag.
constexpr size_t kMarkSize = 16;

std::string Repr(absl::string_view message) { return PyValue::Bytes(message).ToString(); }

// The digest that a message names, and what follows the name.
struct Tagged {
  DigestAlgorithm algorithm;
  absl::string_view rest;
};

absl::StatusOr<Tagged> ParseTag(absl::string_view message) {
  const size_t end = message.find('}');
  if (absl::StartsWith(message, "{") && end != absl::string_view::npos) {
    const auto algorithm = internal::FindDigest(message.substr(1, end - 1));
    if (algorithm.has_value()) return Tagged{*algorithm, message.substr(end + 1)};
  }
  return AuthenticationError(
      absl::StrCat("unsupported message length, missing digest prefix, or unsupported digest: "
                   "message=",
                   Repr(message)));
}

absl::Status Md5Refused() { return AuthenticationError("the peer uses MD5, which is refused"); }

}  // namespace

Handshake::Handshake(HandshakeRole role, absl::string_view key, Digests digests,
                     absl::string_view random)
    : role_(role),
      digests_(digests),
      key_(key),
      challenge_(absl::StrCat(kTag, random, Mark(random))),
      state_(State::kAwaitChallenge) {
  if (role == HandshakeRole::kListener) SendChallenge();
}

// Tells this library's challenges from others, and those of one role from those of the other, for
// whoever knows the key. To anybody else it looks random.
std::string Handshake::Mark(absl::string_view random) const {
  const absl::string_view role = role_ == HandshakeRole::kListener ? "listener" : "client";
  return internal::Hmac(DigestAlgorithm::kSha256, key_.view(),
                        absl::StrCat("someos challenge of a ", role, random))
      .substr(0, kMarkSize);
}

bool Handshake::IsOwnKind(absl::string_view challenge) const {
  if (challenge.size() != challenge_.size() || !absl::ConsumePrefix(&challenge, kTag)) return false;
  return internal::EqualInConstantTime(Mark(challenge.substr(0, kRandomSize)),
                                       challenge.substr(kRandomSize));
}

void Handshake::SendChallenge() {
  message_ = absl::StrCat(kChallenge, challenge_);
  state_ = State::kAwaitAnswer;
}

std::optional<std::string> Handshake::TakeMessage() {
  return std::exchange(message_, std::nullopt);
}

absl::Status Handshake::Receive(absl::string_view message) {
  switch (state_) {
    case State::kAwaitChallenge:
      AnswerChallenge(message);
      break;
    case State::kAwaitAnswer:
      CheckAnswer(message);
      break;
    case State::kAwaitVerdict:
      if (message != kWelcome) {
        Fail(AuthenticationError("digest sent was rejected"));
      } else if (role_ == HandshakeRole::kClient) {
        SendChallenge();
      } else {
        state_ = State::kDone;
      }
      break;
    case State::kDone:
    case State::kFailed:
      break;
  }
  return status_;
}

void Handshake::CheckAnswer(absl::string_view answer) {
  absl::Status verified = VerifyAnswer(answer);
  if (!verified.ok()) {
    Fail(std::move(verified));
    message_ = std::string(kFailure);
    return;
  }
  message_ = std::string(kWelcome);
  state_ = role_ == HandshakeRole::kListener ? State::kAwaitChallenge : State::kDone;
}

absl::Status Handshake::VerifyAnswer(absl::string_view answer) {
  Tagged tagged = {DigestAlgorithm::kMd5, answer};
  // By its length first: a raw MAC may happen to begin with a tag.
  const bool legacy = answer.size() == kLegacyAnswer || answer.size() == kLegacyChallenge;
  if (!legacy) {
    absl::StatusOr<Tagged> parsed = ParseTag(answer);
    if (!parsed.ok()) return std::move(parsed).status();
    tagged = *parsed;
  }
  if (digests_ == Digests::kStrict && tagged.algorithm == DigestAlgorithm::kMd5) {
    return Md5Refused();
  }
  const size_t expected = internal::DigestSize(tagged.algorithm);
  if (tagged.rest.size() != expected) {
    return AuthenticationError(absl::StrCat("expected '", internal::NameOf(tagged.algorithm),
                                            "' of length ", expected, " got ", tagged.rest.size()));
  }
  // The MAC covers the tag as well, so that a peer cannot be made to use another digest.
  const std::string mac = internal::Hmac(tagged.algorithm, key_.view(), challenge_);
  if (!internal::EqualInConstantTime(mac, tagged.rest)) {
    return AuthenticationError("digest received was wrong");
  }
  peer_is_legacy_ = legacy;
  return absl::OkStatus();
}

void Handshake::AnswerChallenge(absl::string_view message) {
  if (!absl::StartsWith(message, kChallenge)) {
    Fail(AuthenticationError(
        absl::StrCat("Protocol error, expected challenge: message=", Repr(message))));
    return;
  }
  std::string answer;
  absl::Status made = MakeAnswer(message.substr(kChallenge.size()), answer);
  if (!made.ok()) {
    Fail(std::move(made));
    return;
  }
  message_ = std::move(answer);
  state_ = State::kAwaitVerdict;
}

absl::Status Handshake::MakeAnswer(absl::string_view challenge, std::string& answer) {
  if (challenge.size() < kLegacyChallenge) {
    return AuthenticationError(absl::StrCat("challenge too short: ", challenge.size(), " bytes"));
  }
  // By its length first: a legacy challenge is random, and begins with "{" once in 256 times.
  const bool legacy = challenge.size() == kLegacyChallenge;
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  if (!legacy) {
    const absl::StatusOr<Tagged> tagged = ParseTag(challenge);
    if (!tagged.ok()) return tagged.status();
    algorithm = tagged->algorithm;
  }
  if (digests_ == Digests::kStrict && algorithm == DigestAlgorithm::kMd5) return Md5Refused();
  if (IsOwnKind(challenge)) {
    return AuthenticationError("the peer has sent a challenge that this side has made");
  }
  peer_is_legacy_ = legacy;
  answer = internal::Hmac(algorithm, key_.view(), challenge);
  if (!legacy) answer = absl::StrCat("{", internal::NameOf(algorithm), "}", answer);
  return absl::OkStatus();
}

void Handshake::Fail(absl::Status status) {
  status_ = std::move(status);
  state_ = State::kFailed;
}

}  // namespace someos::multiprocessing
