// What a terminal sends when a key is pressed, decoded.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_KEY_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_KEY_H_

#include <cstdint>
#include <tuple>
#include <vector>

namespace someos::line_plain {

enum class KeyCode : uint8_t {
  kCharacter,  // Key::value is its code point; keys with Control are those below 32
  kUp,
  kDown,
  kRight,
  kLeft,
  kHome,
  kEnd,
  kInsert,
  kDelete,
  kPageUp,
  kPageDown,
  kFunction,  // Key::value is its number, from 1 on
  kBacktab,   // Shift and Tab
  kPaste,     // text that was pasted; it comes beside the key
  kUnknown,   // an escape sequence of a key that is not in this list, or of none
};

struct Key {
  KeyCode code = KeyCode::kUnknown;
  // Not Control and Shift of a character, which make it another one, where terminals tell them.
  bool alt = false;
  bool control = false;
  bool shift = false;
  char32_t value = 0;

  static constexpr Key Character(char32_t value, bool alt = false) {
    return {KeyCode::kCharacter, alt, false, false, value};
  }

  friend bool operator==(const Key& a, const Key& b) { return a.Fields() == b.Fields(); }
  friend bool operator!=(const Key& a, const Key& b) { return !(a == b); }
  friend bool operator<(const Key& a, const Key& b) { return a.Fields() < b.Fields(); }

 private:
  std::tuple<KeyCode, bool, bool, bool, char32_t> Fields() const {
    return {code, alt, control, shift, value};
  }
};

using KeySequence = std::vector<Key>;

// The character of a key with Control: Control('A') is 1.
constexpr char32_t Control(char letter) { return static_cast<char32_t>(letter) & 0x1f; }
inline constexpr char32_t kEscape = 0x1b;
inline constexpr char32_t kRubout = 0x7f;

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_KEY_H_
