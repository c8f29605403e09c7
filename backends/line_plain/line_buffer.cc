#include "someos/backends/line_plain/line_buffer.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/character_width.h"
#include "someos/backends/line_plain/undo.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

constexpr size_t kLongestCodePoint = 4;

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || absl::ascii_isalnum(byte);
}

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// Where the code point before `place`, which is not 0, begins.
size_t CodePointBefore(absl::string_view text, size_t place) {
  for (size_t size = std::min(kLongestCodePoint, place); size > 1; --size) {
    if (FirstCodePoint(text.substr(place - size, size)).size == size) return place - size;
  }
  return place - 1;
}

bool IsDrawnIntoTheOneBefore(absl::string_view text) {
  return CharacterWidth(FirstCodePoint(text).value) == 0;
}

}  // namespace

void LineBuffer::Reset(absl::string_view text) {
  text_ = std::string(text);
  cursor_ = text_.size();
  undo_.Clear();
}

void LineBuffer::Change(size_t begin, size_t end, absl::string_view text) {
  text_.replace(begin, end - begin, text.data(), text.size());
  cursor_ = begin + text.size();
}

void LineBuffer::Replace(size_t begin, size_t end, absl::string_view text) {
  if (begin == end && text.empty()) return;
  undo_.Add({begin, text_.substr(begin, end - begin), std::string(text), cursor_}, false);
  Change(begin, end, text);
}

void LineBuffer::Type(absl::string_view character) {
  undo_.Add({cursor_, "", std::string(character), cursor_}, true);
  Change(cursor_, cursor_, character);
}

bool LineBuffer::TakeBack() {
  const std::optional<Edit> edit = undo_.Take();
  if (!edit.has_value()) return false;
  Change(edit->at, edit->at + edit->inserted.size(), edit->removed);
  cursor_ = edit->cursor;
  return true;
}

void LineBuffer::Revert() {
  while (TakeBack()) {
  }
}

size_t LineBuffer::NextCharacter(size_t place) const {
  absl::string_view rest = absl::string_view(text_).substr(place);
  if (rest.empty()) return place;
  do {
    rest.remove_prefix(FirstCodePoint(rest).size);
  } while (!rest.empty() && IsDrawnIntoTheOneBefore(rest));
  return text_.size() - rest.size();
}

size_t LineBuffer::PreviousCharacter(size_t place) const {
  while (place > 0) {
    place = CodePointBefore(text_, place);
    if (!IsDrawnIntoTheOneBefore(absl::string_view(text_).substr(place))) break;
  }
  return place;
}

size_t LineBuffer::NextWord(size_t place) const {
  while (place < text_.size() && !IsWordByte(text_[place])) ++place;
  while (place < text_.size() && IsWordByte(text_[place])) ++place;
  return place;
}

size_t LineBuffer::PreviousWord(size_t place) const {
  while (place > 0 && !IsWordByte(text_[place - 1])) --place;
  while (place > 0 && IsWordByte(text_[place - 1])) --place;
  return place;
}

size_t LineBuffer::PreviousBlank(size_t place) const {
  while (place > 0 && IsBlank(text_[place - 1])) --place;
  while (place > 0 && !IsBlank(text_[place - 1])) --place;
  return place;
}

size_t LineBuffer::BeginningOfLine(size_t place) const {
  if (place == 0) return 0;
  const size_t before = text_.rfind('\n', place - 1);
  return before == std::string::npos ? 0 : before + 1;
}

size_t LineBuffer::EndOfLine(size_t place) const {
  return std::min(text_.find('\n', place), text_.size());
}

}  // namespace someos::line_plain
