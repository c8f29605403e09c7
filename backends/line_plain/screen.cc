#include "someos/backends/line_plain/screen.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/layout.h"

namespace someos::line_plain {
namespace {

constexpr absl::string_view kEraseRow = "\033[K";
constexpr absl::string_view kEraseBelow = "\033[J";
constexpr absl::string_view kFaint = "\033[2m";
constexpr absl::string_view kNotFaint = "\033[22m";
// Fewer bytes than the sequence for the same.
constexpr int kMostBackspaces = 3;

// "ESC [ 5 C"; without the number if it is 1.
void AppendMove(int distance, char direction, std::string& out) {
  absl::StrAppend(&out, "\033[");
  if (distance > 1) absl::StrAppend(&out, distance);
  out += direction;
}

int WidthOf(const Row& row, size_t begin, size_t end) {
  int width = 0;
  for (size_t i = begin; i < end; ++i) width += row.cells[i].width;
  return width;
}

int LastRow(const Frame& frame) { return std::max(static_cast<int>(frame.rows.size()) - 1, 0); }

}  // namespace

void Screen::Show(Frame next, std::string& out) {
  const Row kNothing;
  width_ = next.width;
  const int rows = static_cast<int>(next.rows.size());
  const int rows_before = static_cast<int>(shown_.rows.size());
  for (int i = 0; i < rows; ++i) {
    const Row& before = i < rows_before ? shown_.rows[static_cast<size_t>(i)] : kNothing;
    ShowRow(i, before, next.rows[static_cast<size_t>(i)], out);
  }
  if (rows < rows_before) {
    MoveTo(rows, 0, out);
    absl::StrAppend(&out, kEraseBelow);
  }
  shown_ = std::move(next);
  MoveTo(shown_.cursor_row, shown_.cursor_column, out);
}

void Screen::ShowRow(int row, const Row& before, const Row& after, std::string& out) {
  const size_t shorter = std::min(before.cells.size(), after.cells.size());
  size_t same = 0;
  while (same < shorter && before.cells[same] == after.cells[same]) ++same;
  if (same == before.cells.size() && same == after.cells.size()) {
    // One that did not exist begins with the end of the row above it.
    if (row > LastRow(shown_)) MoveToRow(row, out);
    return;
  }
  size_t same_end = 0;
  if (before.width == after.width) {
    while (same + same_end < shorter && before.cells[before.cells.size() - 1 - same_end] ==
                                            after.cells[after.cells.size() - 1 - same_end]) {
      ++same_end;
    }
  }
  MoveTo(row, WidthOf(after, 0, same), out);
  WriteCells(after, same, after.cells.size() - same_end, out);
  if (before.width > after.width) absl::StrAppend(&out, kEraseRow);
}

void Screen::WriteCells(const Row& row, size_t begin, size_t end, std::string& out) {
  Style style = Style::kNormal;
  for (size_t i = begin; i < end; ++i) {
    const Cell& cell = row.cells[i];
    if (cell.style != style) absl::StrAppend(&out, cell.style == Style::kHint ? kFaint : kNotFaint);
    style = cell.style;
    absl::StrAppend(&out, cell.text);
  }
  if (style != Style::kNormal) absl::StrAppend(&out, kNotFaint);
  column_ += WidthOf(row, begin, end);
}

bool Screen::ShowTyped(absl::string_view character, int columns, int width, std::string& out) {
  if (shown_.rows.empty() || shown_.cursor_row != LastRow(shown_)) return false;
  Row& row = shown_.rows.back();
  if (shown_.cursor_column != row.width || row.width + columns >= width) return false;
  row.cells.push_back({std::string(character), columns, Style::kNormal});
  row.width += columns;
  shown_.cursor_column += columns;
  column_ += columns;
  out.append(character.data(), character.size());
  return true;
}

void Screen::Erase(std::string& out) {
  if (shown_.rows.empty()) return;
  MoveTo(0, 0, out);
  absl::StrAppend(&out, kEraseBelow);
  Forget();
}

void Screen::Leave(std::string& out) {
  if (shown_.rows.empty()) return;
  // The last row is empty if the one above it is full: then the cursor can go there.
  const bool empty_row = shown_.rows.size() > 1 && shown_.rows.back().cells.empty();
  MoveToRow(LastRow(shown_), out);
  if (!empty_row || column_ != 0) absl::StrAppend(&out, "\r\n");
  Forget();
}

void Screen::Forget() {
  shown_ = Frame();
  row_ = 0;
  column_ = 0;
}

void Screen::Resize(int width, std::string& out) {
  if (shown_.rows.empty()) return;
  width = std::max(width, 2);
  int above = column_ / width;
  for (int i = 0; i < row_; ++i) {
    above += std::max(0, shown_.rows[static_cast<size_t>(i)].width - 1) / width + 1;
  }
  absl::StrAppend(&out, "\r");
  if (above > 0) AppendMove(above, 'A', out);
  absl::StrAppend(&out, kEraseBelow);
  Forget();
}

void Screen::MoveTo(int row, int column, std::string& out) {
  if (row == row_ && column == column_) return;
  // Behind the last column, terminals count differently.
  if (column_ >= width_ && row <= std::max(LastRow(shown_), row_)) {
    out += '\r';
    column_ = 0;
  }
  MoveToRow(row, out);
  if (column == column_) return;
  if (column == 0) {
    out += '\r';
  } else if (column > column_) {
    AppendMove(column - column_, 'C', out);
  } else if (column_ - column <= kMostBackspaces) {
    out.append(static_cast<size_t>(column_ - column), '\b');
  } else {
    AppendMove(column_ - column, 'D', out);
  }
  column_ = column;
}

void Screen::MoveToRow(int row, std::string& out) {
  if (row < row_) {
    AppendMove(row_ - row, 'A', out);
    row_ = row;
    return;
  }
  // Rows below the last one that is shown come into being by newlines, which may scroll.
  const int last = std::max(LastRow(shown_), row_);
  const int existing = std::min(row, last);
  if (row > row_ && existing == row) {
    AppendMove(row - row_, 'B', out);
    row_ = row;
  }
  if (row > row_) {
    if (last > row_) AppendMove(last - row_, 'B', out);
    for (row_ = last; row_ < row; ++row_) absl::StrAppend(&out, "\r\n");
    column_ = 0;
  }
}

}  // namespace someos::line_plain
