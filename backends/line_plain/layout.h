// Where the characters of a text stand on a screen.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_LAYOUT_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_LAYOUT_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos::line_plain {

enum class Style : uint8_t { kNormal, kHint };

// A character of a row, as it is written to the terminal.
struct Cell {
  std::string text;  // with what is drawn into it, and escape sequences of the prompt around it
  int width;         // in columns
  Style style;

  friend bool operator==(const Cell& a, const Cell& b) {
    return a.width == b.width && a.style == b.style && a.text == b.text;
  }
  friend bool operator!=(const Cell& a, const Cell& b) { return !(a == b); }
};

struct Row {
  std::vector<Cell> cells;
  int width = 0;  // in columns
};

// What is to be seen. Rows are no wider than the screen.
struct Frame {
  std::vector<Row> rows;
  int cursor_row = 0;
  int cursor_column = 0;
  int width = 0;  // of the screen
};

// Lays a text out on a screen that is `width` columns wide: wraps it, turns a newline into a new
// row, a tab into blanks and other control characters into "^A". Bytes that are no UTF-8 become
// U+FFFD. A row that is full is followed by another one, be it empty. Of a text that is longer than
// the screen, the rows around the cursor remain: no others are kept.
class Layout {
 public:
  // A screen is taken for no smaller than 2 columns and 1 row.
  Layout(int width, int height)
      : width_(width < 2 ? 2 : width), height_(height < 1 ? 1 : static_cast<size_t>(height)) {
    rows_.emplace_back();
  }

  // Adds a prompt. What is between the bytes 1 and 2, as GNU readline has it, and control sequences
  // (ESC [ ... and a letter) take no columns.
  void AddPrompt(absl::string_view prompt);
  // Adds text; one that is `masked` as an asterisk for each character.
  void AddText(absl::string_view text, Style style, bool masked = false);
  // The cursor stands before what is added next.
  void PlaceCursor();

  // What is to be seen, no higher than the screen. The layout is of no use then.
  Frame Take();

 private:
  void AddCharacter(absl::string_view character, int width, Style style);
  void AddControl(char c, Style style);
  // Adds bytes that take no columns to the character before.
  void AddInvisible(absl::string_view bytes);
  void NewRow();
  // Whether no more can be seen.
  bool full() const { return cursor_placed_ && rows_.size() > cursor_row_ + height_; }

  const int width_;
  const size_t height_;
  std::deque<Row> rows_;
  std::string invisible_;  // before the next character
  bool cursor_placed_ = false;
  size_t cursor_row_ = 0;  // of rows_
  int cursor_column_ = 0;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_LAYOUT_H_
