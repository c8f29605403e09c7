// What a person sees who sits at a terminal.

#ifndef SOMEOS_TESTING_VT100_SCREEN_H_
#define SOMEOS_TESTING_VT100_SCREEN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

// A screen that does what bytes tell it, as VT100 and its followers do: UTF-8 with the widths of
// the C library's wcwidth(3), moves of the cursor, erasing, wrapping with the last column's pause,
// scrolling. A newline moves down alone, as on a real terminal: what a terminal's driver adds, a
// test writes itself. Other sequences are noted in unknown().
class Vt100Screen {
 public:
  Vt100Screen(int width, int height);

  void Write(absl::string_view bytes);

  // Rows without blanks at their ends, separated by newlines; without empty rows at the end.
  std::string Text() const;
  // The row as Text has it.
  std::string Row(int row) const;
  int cursor_row() const { return row_; }
  int cursor_column() const { return column_; }

  int bells() const { return bells_; }
  // Whether pasted text is to be marked (mode 2004).
  bool bracketed_paste() const { return bracketed_paste_; }
  // The last sequence that this screen does not know, without its Escape; empty if there was none.
  const std::string& unknown() const { return unknown_; }

  // A row that is wider than the new width goes on in a new row below it, as terminals do that keep
  // what they show. Rows are not joined again.
  void Resize(int width, int height);

 private:
  using Cells = std::vector<std::string>;  // an empty one: the second half of a wide character

  size_t TakeSequence(absl::string_view bytes);
  void Put(absl::string_view character, int width);
  void Control(char c);
  void Sequence(absl::string_view parameters, char final_byte);
  void Erase(absl::string_view parameters, char final_byte);
  void Down();
  Cells EmptyRow() const { return Cells(static_cast<size_t>(width_), " "); }
  Cells& row() { return rows_[static_cast<size_t>(row_)]; }

  int width_;
  int height_;
  std::vector<Cells> rows_;
  int row_ = 0;
  int column_ = 0;
  bool wraps_ = false;  // the next character begins a new row
  int bells_ = 0;
  bool bracketed_paste_ = false;
  std::string unknown_;
  std::string rest_;  // the beginning of a sequence or character
};

}  // namespace someos

#endif  // SOMEOS_TESTING_VT100_SCREEN_H_
