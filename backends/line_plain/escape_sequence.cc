#include "someos/backends/line_plain/escape_sequence.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/key.h"

namespace someos::line_plain {
namespace {

constexpr char32_t kLargestCodePoint = 0x10ffff;

// "ESC [ A", "ESC O A", "ESC [ 1 ; 5 A"
struct Letter {
  char letter;
  KeyCode code;
  char32_t number;
};
constexpr Letter kLetters[] = {
    {'A', KeyCode::kUp, 0},       {'B', KeyCode::kDown, 0},     {'C', KeyCode::kRight, 0},
    {'D', KeyCode::kLeft, 0},     {'F', KeyCode::kEnd, 0},      {'H', KeyCode::kHome, 0},
    {'P', KeyCode::kFunction, 1}, {'Q', KeyCode::kFunction, 2}, {'R', KeyCode::kFunction, 3},
    {'S', KeyCode::kFunction, 4}, {'Z', KeyCode::kBacktab, 0},
};

// "ESC [ 3 ~", "ESC [ 3 ; 5 ~"
struct Number {
  unsigned number;
  KeyCode code;
  char32_t value;
};
constexpr Number kNumbers[] = {
    {1, KeyCode::kHome, 0},       {2, KeyCode::kInsert, 0},     {3, KeyCode::kDelete, 0},
    {4, KeyCode::kEnd, 0},        {5, KeyCode::kPageUp, 0},     {6, KeyCode::kPageDown, 0},
    {7, KeyCode::kHome, 0},       {8, KeyCode::kEnd, 0},        {11, KeyCode::kFunction, 1},
    {12, KeyCode::kFunction, 2},  {13, KeyCode::kFunction, 3},  {14, KeyCode::kFunction, 4},
    {15, KeyCode::kFunction, 5},  {17, KeyCode::kFunction, 6},  {18, KeyCode::kFunction, 7},
    {19, KeyCode::kFunction, 8},  {20, KeyCode::kFunction, 9},  {21, KeyCode::kFunction, 10},
    {23, KeyCode::kFunction, 11}, {24, KeyCode::kFunction, 12},
};

struct Parameters {
  unsigned values[3] = {0, 0, 0};
  size_t count = 0;
};

// "1;5", "97;5". What is behind a colon, or the third number, does not matter here.
Parameters Parse(absl::string_view text) {
  Parameters parameters;
  bool skipping = false;
  for (const char c : text) {
    unsigned& value = parameters.values[parameters.count];
    if (c == ';') {
      skipping = false;
      if (++parameters.count == std::size(parameters.values)) break;
    } else if (c == ':') {
      skipping = true;
    } else if (absl::ascii_isdigit(static_cast<unsigned char>(c)) && !skipping) {
      value = std::min(value * 10 + static_cast<unsigned>(c - '0'), 10'000'000U);
    }
  }
  return parameters;
}

// xterm's number for modifiers: 1 and a bit for each.
void SetModifiers(unsigned number, Key& key) {
  const unsigned bits = number == 0 ? 0 : number - 1;
  key.shift = (bits & 1) != 0;
  key.alt = (bits & 2) != 0 || (bits & 8) != 0;  // 8: Meta
  key.control = (bits & 4) != 0;
}

// "ESC [ 97 ; 5 u" and "ESC [ 27 ; 5 ; 97 ~": a character with modifiers.
Key CharacterKey(char32_t character, unsigned modifiers) {
  Key key = Key::Character(character);
  SetModifiers(modifiers, key);
  key.shift = false;
  if (key.control && character >= '@' && character < kRubout) {
    key.value = character & 0x1f;
    key.control = false;
  }
  const bool possible =
      character <= kLargestCodePoint && (character < 0xd800 || character > 0xdfff);
  return possible ? key : Key();
}

Key KeyFor(char final_byte, const Parameters& parameters) {
  if (final_byte == 'u') return CharacterKey(parameters.values[0], parameters.values[1]);
  if (final_byte == '~' && parameters.values[0] == 27) {
    return CharacterKey(parameters.values[2], parameters.values[1]);
  }
  Key key;
  if (final_byte == '~') {
    const auto found = std::find_if(std::begin(kNumbers), std::end(kNumbers), [&](const Number& n) {
      return n.number == parameters.values[0];
    });
    if (found != std::end(kNumbers)) key = {found->code, false, false, false, found->value};
  } else {
    const auto found = std::find_if(std::begin(kLetters), std::end(kLetters),
                                    [&](const Letter& each) { return each.letter == final_byte; });
    if (found != std::end(kLetters)) key = {found->code, false, false, false, found->number};
  }
  if (key.code != KeyCode::kUnknown) SetModifiers(parameters.values[1], key);
  return key;
}

bool IsFinal(char c) { return c >= '@' && c <= '~'; }

// The Linux console's F1 to F5: "ESC [ [ A".
size_t LinuxFunctionKey(absl::string_view text, Key& key) {
  if (text.size() < 4) return 0;
  const bool known = text[3] >= 'A' && text[3] <= 'E';
  if (!known) return 3;
  key = {KeyCode::kFunction, false, false, false, static_cast<char32_t>(text[3] - '@')};
  return 4;
}

// rxvt's final bytes for keys with Control and Shift: "ESC [ 3 ^", "ESC [ 3 @", "ESC [ a", "ESC O
// a".
size_t RxvtKey(absl::string_view text, size_t end, Key& key) {
  const char last = text[end];
  const absl::string_view numbers = text.substr(2, end - 2);
  if (last == '^' || last == '@') {
    key = KeyFor('~', Parse(numbers));
    key.control = true;
    key.shift = last == '@';
    return end + 1;
  }
  key = KeyFor(absl::ascii_toupper(static_cast<unsigned char>(last)), Parse(numbers));
  (text[1] == 'O' ? key.control : key.shift) = true;
  return end + 1;
}

}  // namespace

size_t DecodeEscapeSequence(absl::string_view text, Key& key) {
  key = Key();
  if (text.size() < 3) return 0;
  if (text[1] == '[' && text[2] == '[') return LinuxFunctionKey(text, key);
  size_t end = 2;
  while (end < text.size() && !IsFinal(text[end])) {
    // A byte that no sequence has ends it, and is not a part of it.
    const bool is_part = text[end] >= ' ' && text[end] <= '?';
    if (!is_part || end >= kLongestEscapeSequence) return end;
    ++end;
  }
  if (end == text.size()) return 0;
  const char last = text[end];
  const bool has_number = end > 2;
  const bool is_rxvt = has_number ? last == '^' || last == '@' : last >= 'a' && last <= 'd';
  if (is_rxvt) return RxvtKey(text, end, key);
  Parameters parameters = Parse(text.substr(2, end - 2));
  // "ESC O 5 A", and "ESC [ 5 A" of some terminals.
  if (last != '~' && last != 'u' && parameters.values[1] == 0 && parameters.values[0] > 1) {
    parameters.values[1] = parameters.values[0];
  }
  key = KeyFor(last, parameters);
  return end + 1;
}

}  // namespace someos::line_plain
