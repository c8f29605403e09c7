// What a terminal shows of the line being edited, and the fewest bytes that change it.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_SCREEN_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_SCREEN_H_

#include <string>

#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/layout.h"

namespace someos::line_plain {

// Writes what every VT100 understands: relative moves of the cursor, and erasing to the end of a
// row or of the screen; hints are faint (SGR 2). Assumes that the cursor is in the first column
// when a frame is shown for the first time, and that nobody else writes meanwhile.
//
// Bytes for the terminal are appended to what the caller passes as `out`. The terminal must turn
// a newline into the beginning of the next row, or be sent what is here: "\r\n".
class Screen {
 public:
  // Shows `next` in place of what is shown: only characters that differ are written again.
  void Show(Frame next, std::string& out);

  // Shows one more character behind the last one, where the cursor is, as Show would; false if that
  // is not where it is, or the row, of a screen of `width` columns, would be full.
  bool ShowTyped(absl::string_view character, int columns, int width, std::string& out);

  // Erases what is shown. The cursor is where its first character was.
  void Erase(std::string& out);

  // Leaves what is shown where it is: the cursor goes to the beginning of the row below it.
  void Leave(std::string& out);

  // The terminal has been cleared, or shows something else; the cursor is in the first column.
  void Forget();

  // The terminal is `width` columns wide from now on, and has moved what does not fit into rows of
  // its own, as most do. Erases what is shown.
  void Resize(int width, std::string& out);

 private:
  void ShowRow(int row, const Row& before, const Row& after, std::string& out);
  void WriteCells(const Row& row, size_t begin, size_t end, std::string& out);
  void MoveTo(int row, int column, std::string& out);
  void MoveToRow(int row, std::string& out);

  Frame shown_;
  // Where the terminal's cursor is. Column width_: behind the last character of a full row.
  int row_ = 0;
  int column_ = 0;
  int width_ = 0;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_SCREEN_H_
