#include "someos/testing/vt100_screen.h"

#include <wchar.h>

#include <algorithm>
#include <clocale>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace someos {
namespace {

constexpr char kEscape = '\033';

// A number of a sequence; 1 if it is not there.
int NumberOf(absl::string_view parameters) {
  const int number = std::atoi(std::string(parameters).c_str());
  return number == 0 ? 1 : number;
}

}  // namespace

Vt100Screen::Vt100Screen(int width, int height) : width_(width), height_(height) {
  // For mbrtowc(3) and wcwidth(3).
  std::setlocale(LC_CTYPE, "C.UTF-8");
  rows_.assign(static_cast<size_t>(height), EmptyRow());
}

void Vt100Screen::Write(absl::string_view bytes) {
  rest_.append(bytes.data(), bytes.size());
  size_t at = 0;
  while (at < rest_.size()) {
    const absl::string_view left = absl::string_view(rest_).substr(at);
    const auto byte = static_cast<unsigned char>(left[0]);
    size_t size = 1;
    if (left[0] == kEscape) {
      size = TakeSequence(left);
      if (size == 0) break;
    } else if (byte < ' ' || byte == 0x7f) {
      Control(left[0]);
    } else {
      wchar_t character;
      mbstate_t state = {};
      const size_t taken = mbrtowc(&character, left.data(), left.size(), &state);
      if (taken == static_cast<size_t>(-2)) break;
      const bool valid = taken != static_cast<size_t>(-1);
      size = valid ? taken : 1;
      Put(valid ? left.substr(0, size) : "\xef\xbf\xbd", valid ? wcwidth(character) : 1);
    }
    at += size;
  }
  rest_.erase(0, at);
}

size_t Vt100Screen::TakeSequence(absl::string_view bytes) {
  if (bytes.size() < 2) return 0;
  if (bytes[1] != '[') {
    unknown_ = std::string(bytes.substr(1, 1));
    return 2;
  }
  for (size_t i = 2; i < bytes.size(); ++i) {
    if (bytes[i] < '@' || bytes[i] > '~') continue;
    Sequence(bytes.substr(2, i - 2), bytes[i]);
    return i + 1;
  }
  return 0;
}

void Vt100Screen::Put(absl::string_view character, int width) {
  if (width <= 0) {
    const int before = wraps_ ? column_ : column_ - 1;
    if (before >= 0) row()[static_cast<size_t>(before)] += std::string(character);
    return;
  }
  if (wraps_ || column_ + width > width_) {
    column_ = 0;
    Down();
  }
  wraps_ = false;
  row()[static_cast<size_t>(column_)] = std::string(character);
  if (width == 2) row()[static_cast<size_t>(column_) + 1].clear();
  column_ += width;
  if (column_ < width_) return;
  column_ = width_ - 1;
  wraps_ = true;
}

void Vt100Screen::Control(char c) {
  switch (c) {
    case '\a':
      ++bells_;
      break;
    case '\b':
      column_ = std::max(0, column_ - 1);
      wraps_ = false;
      break;
    case '\r':
      column_ = 0;
      wraps_ = false;
      break;
    case '\n':
      wraps_ = false;
      Down();
      break;
    default:
      unknown_ = absl::StrCat("byte ", static_cast<int>(c));
  }
}

void Vt100Screen::Down() {
  if (row_ + 1 < height_) {
    ++row_;
    return;
  }
  rows_.erase(rows_.begin());
  rows_.push_back(EmptyRow());
}

void Vt100Screen::Sequence(absl::string_view parameters, char final_byte) {
  const int number = NumberOf(parameters);
  if (final_byte != 'm') wraps_ = false;
  switch (final_byte) {
    case 'A':
      row_ = std::max(0, row_ - number);
      break;
    case 'B':
      row_ = std::min(height_ - 1, row_ + number);
      break;
    case 'C':
      column_ = std::min(width_ - 1, column_ + number);
      break;
    case 'D':
      column_ = std::max(0, column_ - number);
      break;
    case 'H':
      row_ = 0;
      column_ = 0;
      break;
    case 'J':
    case 'K':
      Erase(parameters, final_byte);
      break;
    case 'm':
      break;
    case 'h':
    case 'l':
      if (parameters == "?2004") {
        bracketed_paste_ = final_byte == 'h';
        break;
      }
      [[fallthrough]];
    default:
      unknown_ = absl::StrCat("[", parameters, std::string(1, final_byte));
  }
}

void Vt100Screen::Erase(absl::string_view parameters, char final_byte) {
  if (parameters == "2") {
    rows_.assign(static_cast<size_t>(height_), EmptyRow());
    return;
  }
  std::fill(row().begin() + column_, row().end(), " ");
  if (final_byte == 'K') return;
  for (auto below = rows_.begin() + row_ + 1; below != rows_.end(); ++below) *below = EmptyRow();
}

std::string Vt100Screen::Row(int row) const {
  const std::string text = absl::StrJoin(rows_[static_cast<size_t>(row)], "");
  return std::string(absl::StripTrailingAsciiWhitespace(text));
}

std::string Vt100Screen::Text() const {
  std::vector<std::string> rows;
  for (int i = 0; i < height_; ++i) rows.push_back(Row(i));
  while (!rows.empty() && rows.back().empty()) rows.pop_back();
  return absl::StrJoin(rows, "\n");
}

void Vt100Screen::Resize(int width, int height) {
  std::vector<Cells> rows;
  int row = 0;
  const int column = column_;
  for (int i = 0; i < height_; ++i) {
    const Cells& cells = rows_[static_cast<size_t>(i)];
    int used = static_cast<int>(cells.size());
    while (used > 0 && cells[static_cast<size_t>(used) - 1] == " ") --used;
    if (i == row_) {
      row = static_cast<int>(rows.size()) + column / width;
      used = std::max(used, column + 1);
    }
    int from = 0;
    do {
      Cells part(cells.begin() + from, cells.begin() + std::min(used, from + width));
      part.resize(static_cast<size_t>(width), " ");
      rows.push_back(part);
      from += width;
    } while (from < used);
  }
  width_ = width;
  height_ = height;
  // Rows below the cursor go first, then those at the top.
  while (static_cast<int>(rows.size()) > std::max(height, row + 1)) rows.pop_back();
  while (static_cast<int>(rows.size()) > height) {
    rows.erase(rows.begin());
    --row;
  }
  rows.resize(static_cast<size_t>(height), EmptyRow());
  rows_ = rows;
  row_ = row;
  column_ = column % width;
  wraps_ = false;
}

}  // namespace someos
