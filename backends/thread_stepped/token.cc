#include "someos/backends/thread_stepped/token.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"

namespace someos::thread_stepped {
namespace {

constexpr char kVersion = '1';
constexpr char kBothSides = 'a';
constexpr char kBeforeOnly = 'b';
// The letters of choices: `a` is 1. A choice beyond `y` is `z` once for each 25 of it, then the
// rest.
constexpr uint32_t kLetters = 25;
// No schedule is longer, so that a mistyped token does not ask for all of the memory.
constexpr uint64_t kMostChoices = 100'000'000;

void AppendChoice(uint32_t choice, std::string& text) {
  for (; choice > kLetters; choice -= kLetters) text += 'z';
  text += static_cast<char>('a' + choice - 1);
}

// Takes a number off the front of the text; false if there is none that is at most `limit`.
bool TakeNumber(absl::string_view& text, uint64_t limit, uint64_t& number) {
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  if (!absl::SimpleAtoi(text.substr(0, digits), &number) || number > limit) return false;
  text.remove_prefix(digits);
  return true;
}

bool TakeChoice(absl::string_view& text, uint32_t& choice) {
  choice = 0;
  for (; !text.empty() && text.front() == 'z'; text.remove_prefix(1)) choice += kLetters;
  if (text.empty() || text.front() < 'a' || text.front() >= 'z') return false;
  choice += static_cast<uint32_t>(text.front() - 'a') + 1;
  text.remove_prefix(1);
  return true;
}

bool TakeOptions(absl::string_view& text, Token& token) {
  if (text.size() < 2 || text[1] != kVersion) return false;
  if (text[0] != kBothSides && text[0] != kBeforeOnly) return false;
  token.after_operations = text[0] == kBothSides;
  text.remove_prefix(2);
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  uint64_t number = 0;
  if (!text.empty() && text.front() == 'p') {
    text.remove_prefix(1);
    if (!TakeNumber(text, kMost, number)) return false;
    token.longest_pause = absl::Nanoseconds(static_cast<int64_t>(number));
  }
  if (!text.empty() && text.front() == 's') {
    text.remove_prefix(1);
    if (!TakeNumber(text, kMost, number) || number == 0) return false;
    token.max_steps = static_cast<int64_t>(number);
  }
  if (text.empty() || text.front() != ':') return false;
  text.remove_prefix(1);
  return true;
}

bool TakeChoices(absl::string_view text, Token& token) {
  while (!text.empty()) {
    uint64_t firsts = 0;
    uint32_t choice = 0;
    if (!TakeNumber(text, kMostChoices - token.choices.size(), firsts)) return false;
    if (!TakeChoice(text, choice)) return false;
    token.choices.insert(token.choices.end(), firsts, 0);
    token.choices.push_back(choice);
  }
  return true;
}

}  // namespace

std::string FormatToken(const Token& token) {
  std::string text = {token.after_operations ? kBothSides : kBeforeOnly, kVersion};
  const Token defaults;
  if (token.longest_pause != defaults.longest_pause) {
    absl::StrAppend(&text, "p", absl::ToInt64Nanoseconds(token.longest_pause));
  }
  if (token.max_steps != defaults.max_steps) absl::StrAppend(&text, "s", token.max_steps);
  text += ':';
  size_t firsts = 0;
  for (const uint32_t choice : token.choices) {
    if (choice == 0) {
      ++firsts;
      continue;
    }
    absl::StrAppend(&text, firsts);
    AppendChoice(choice, text);
    firsts = 0;
  }
  return text;
}

absl::StatusOr<Token> ParseToken(absl::string_view text) {
  Token token;
  absl::string_view rest = text;
  if (!TakeOptions(rest, token) || !TakeChoices(rest, token)) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("not a token of a schedule: \"", text, "\""));
  }
  return token;
}

}  // namespace someos::thread_stepped
