// A line that is being edited: its text, the place of the cursor, and what can be taken back.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_LINE_BUFFER_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_LINE_BUFFER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/undo.h"

namespace someos::line_plain {

// Places are in bytes. A character is a code point with what is drawn into it, such as accents;
// bytes that are no UTF-8 are characters of their own. No place is ever outside of the text:
// functions that take one clamp nothing, so the caller passes what others of them returned.
class LineBuffer {
 public:
  const std::string& text() const { return text_; }
  size_t cursor() const { return cursor_; }
  void MoveTo(size_t place) { cursor_ = place; }

  // Replaces everything, and forgets what could be taken back. The cursor is at the end.
  void Reset(absl::string_view text);

  // Replaces the bytes from `begin` to `end`. The cursor is behind `text` then.
  void Replace(size_t begin, size_t end, absl::string_view text);

  void Erase(size_t begin, size_t end) { Replace(begin, end, ""); }
  // At the cursor.
  void Insert(absl::string_view text) { Replace(cursor_, cursor_, text); }
  // The same for one that was typed: some of them are taken back at once.
  void Type(absl::string_view character);

  // Takes the last change back. False: there is none.
  bool TakeBack();
  // What is typed from now on is taken back apart from what was typed before.
  void SeparateChanges() { undo_.Separate(); }
  // Takes all changes back.
  void Revert();

  // The place of the next character, of the one before; the ends of the text are their own.
  size_t NextCharacter(size_t place) const;
  size_t PreviousCharacter(size_t place) const;

  // The end of the word that is at the place or behind it; the beginning of the one before.
  // Letters, digits and all that is not ASCII make up words.
  size_t NextWord(size_t place) const;
  size_t PreviousWord(size_t place) const;
  // The beginning of the word before, if blanks alone separate words.
  size_t PreviousBlank(size_t place) const;

  // The beginning and the end of the line that the place is in, of text that has several.
  size_t BeginningOfLine(size_t place) const;
  size_t EndOfLine(size_t place) const;

 private:
  void Change(size_t begin, size_t end, absl::string_view text);

  std::string text_;
  size_t cursor_ = 0;
  Undo undo_;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_LINE_BUFFER_H_
