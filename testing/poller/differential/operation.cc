#include "someos/testing/poller/differential/operation.h"

#include <cstddef>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/interest.h"

namespace someos::differential {
namespace {

using Kind = Operation::Kind;
using Direction = Operation::Direction;

// What follows the name of an operation.
enum class Arguments { kNone, kSlot, kTwoSlots, kDirection, kInterest, kRoom };

struct Form {
  Kind kind;
  absl::string_view name;
  Arguments arguments;
  int weight;  // how often FromBytes makes it, relative to the others
};

constexpr Form kForms[] = {
    {Kind::kPipe, "pipe", Arguments::kTwoSlots, 6},
    {Kind::kSocketPair, "socketpair", Arguments::kTwoSlots, 7},
    {Kind::kDup, "dup", Arguments::kTwoSlots, 5},
    {Kind::kClose, "close", Arguments::kSlot, 6},
    {Kind::kWrite, "write", Arguments::kSlot, 9},
    {Kind::kFill, "fill", Arguments::kSlot, 2},
    {Kind::kRead, "read", Arguments::kSlot, 6},
    {Kind::kShutdown, "shutdown", Arguments::kDirection, 4},
    {Kind::kRegister, "register", Arguments::kInterest, 14},
    {Kind::kModify, "modify", Arguments::kInterest, 6},
    {Kind::kUnregister, "unregister", Arguments::kSlot, 3},
    {Kind::kWait, "wait", Arguments::kRoom, 11},
    {Kind::kLook, "look", Arguments::kRoom, 5},
    {Kind::kWake, "wake", Arguments::kNone, 3},
};

constexpr int TotalWeight() {
  int total = 0;
  for (const Form& form : kForms) total += form.weight;
  return total;
}

const Form& FormOf(Kind kind) {
  for (const Form& form : kForms) {
    if (form.kind == kind) return form;
  }
  return kForms[0];  // there is one for each
}

constexpr absl::string_view kDirections[] = {"read", "write", "both"};

constexpr Interest kSomeInterests[] = {
    Interest::kReadable,
    Interest::kReadable,
    Interest::kReadable,
    Interest::kWritable,
    Interest::kWritable,
    Interest::kReadable | Interest::kWritable,
    Interest::kReadable | Interest::kWritable,
    Interest::kReadable | Interest::kWritable | Interest::kReadHangup,
    Interest::kReadable | Interest::kWritable | Interest::kReadHangup,
    Interest::kReadable | Interest::kReadHangup,
    Interest::kReadable | Interest::kReadHangup,
    Interest::kWritable | Interest::kReadHangup,
    Interest::kReadHangup,
    Interest::kNone,
    Interest::kReadable | Interest::kPriority,
};

constexpr Trigger kSomeTriggers[] = {Trigger::kLevel,   Trigger::kLevel, Trigger::kLevel,
                                     Trigger::kOneShot, Trigger::kEdge,  Trigger::kOneShot};

std::optional<int> ParseSlot(absl::string_view word) {
  int slot;
  if (!absl::SimpleAtoi(word, &slot) || slot < 0 || slot >= kSlots) return std::nullopt;
  return slot;
}

std::optional<Direction> ParseDirection(absl::string_view word) {
  for (size_t i = 0; i < 3; ++i) {
    if (word == kDirections[i]) return static_cast<Direction>(i);
  }
  return std::nullopt;
}

std::optional<Interest> ParseInterest(absl::string_view word) {
  if (word == InterestNames(Interest::kNone)) return Interest::kNone;
  Interest interest = Interest::kNone;
  for (const absl::string_view name : absl::StrSplit(word, '|')) {
    Interest found = Interest::kNone;
    for (const Interest bit :
         {Interest::kReadable, Interest::kWritable, Interest::kPriority, Interest::kReadHangup}) {
      if (name == InterestNames(bit)) found = bit;
    }
    if (found == Interest::kNone) return std::nullopt;
    interest |= found;
  }
  return interest;
}

std::optional<Trigger> ParseTrigger(absl::string_view word) {
  for (const Trigger trigger : {Trigger::kLevel, Trigger::kEdge, Trigger::kOneShot}) {
    if (word == TriggerName(trigger)) return trigger;
  }
  return std::nullopt;
}

// Puts an argument where it belongs, if there is one.
template <typename Argument>
bool Take(std::optional<Argument> parsed, Argument& to) {
  if (parsed.has_value()) to = *parsed;
  return parsed.has_value();
}

bool ParseArguments(Arguments arguments, absl::Span<const absl::string_view> words,
                    Operation& operation) {
  const bool slot = !words.empty() && Take(ParseSlot(words[0]), operation.slot);
  switch (arguments) {
    case Arguments::kNone:
      return words.empty();
    case Arguments::kSlot:
      return words.size() == 1 && slot;
    case Arguments::kTwoSlots:
      return words.size() == 2 && slot && Take(ParseSlot(words[1]), operation.other);
    case Arguments::kDirection:
      return words.size() == 2 && slot && Take(ParseDirection(words[1]), operation.direction);
    case Arguments::kInterest:
      return words.size() == 3 && slot && Take(ParseInterest(words[1]), operation.interest) &&
             Take(ParseTrigger(words[2]), operation.trigger);
    case Arguments::kRoom:
      operation.slot = 0;
      return words.size() == 1 && absl::SimpleAtoi(words[0], &operation.room) &&
             (operation.room == 1 || operation.room == kRoomForAll);
  }
  return false;
}

bool ParseOperation(absl::string_view text, Operation& operation) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  for (const Form& form : kForms) {
    if (words[0] != form.name) continue;
    operation.kind = form.kind;
    return ParseArguments(form.arguments, absl::MakeConstSpan(words).subspan(1), operation);
  }
  return false;
}

Operation FromFourBytes(const uint8_t* bytes) {
  Operation operation;
  int choice = bytes[0] % TotalWeight();
  const Form* form = kForms;
  while (choice >= form->weight) choice -= (form++)->weight;
  operation.kind = form->kind;
  operation.slot = bytes[1] % kSlots;
  // Another one than `slot`.
  operation.other = (operation.slot + 1 + bytes[1] / kSlots % (kSlots - 1)) % kSlots;
  operation.direction = static_cast<Direction>(bytes[2] % 3);
  operation.interest = kSomeInterests[bytes[2] % std::size(kSomeInterests)];
  operation.trigger = kSomeTriggers[bytes[3] % std::size(kSomeTriggers)];
  operation.room = bytes[3] % 4 == 0 ? 1 : kRoomForAll;
  return operation;
}

}  // namespace

std::string ToText(const Operation& operation) {
  const Form& form = FormOf(operation.kind);
  switch (form.arguments) {
    case Arguments::kNone:
      return std::string(form.name);
    case Arguments::kSlot:
      return absl::StrCat(form.name, " ", operation.slot);
    case Arguments::kTwoSlots:
      return absl::StrCat(form.name, " ", operation.slot, " ", operation.other);
    case Arguments::kDirection:
      return absl::StrCat(form.name, " ", operation.slot, " ",
                          kDirections[static_cast<size_t>(operation.direction)]);
    case Arguments::kInterest:
      return absl::StrCat(form.name, " ", operation.slot, " ", operation.interest, " ",
                          operation.trigger);
    case Arguments::kRoom:
      return absl::StrCat(form.name, " ", operation.room);
  }
  return "";
}

std::string ToText(const Sequence& sequence) {
  return absl::StrJoin(sequence, "; ", [](std::string* out, const Operation& operation) {
    absl::StrAppend(out, ToText(operation));
  });
}

absl::StatusOr<Sequence> ParseSequence(absl::string_view text) {
  Sequence sequence;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view code = line.substr(0, line.find('#'));
    for (const absl::string_view part : absl::StrSplit(code, ';', absl::SkipWhitespace())) {
      Operation operation;
      if (!ParseOperation(part, operation)) {
        return absl::InvalidArgumentError(absl::StrCat("not an operation: \"", part, "\""));
      }
      sequence.push_back(operation);
    }
  }
  return sequence;
}

Sequence FromBytes(absl::Span<const uint8_t> bytes) {
  Sequence sequence;
  for (size_t at = 0; at + 4 <= bytes.size(); at += 4) {
    sequence.push_back(FromFourBytes(bytes.data() + at));
  }
  return sequence;
}

Sequence RandomSequence(uint64_t seed, int length) {
  std::mt19937_64 random(seed);
  std::vector<uint8_t> bytes(static_cast<size_t>(length) * 4);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return FromBytes(bytes);
}

}  // namespace someos::differential
