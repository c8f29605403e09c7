#include "someos/backends/line_plain/layout.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/string_view.h"
#include "someos/backends/line_base/prompt_parts.h"
#include "someos/backends/line_plain/character_width.h"
#include "someos/backends/line_plain/unprintable.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

constexpr int kTabStop = 8;

}  // namespace

void Layout::AddPrompt(absl::string_view prompt) {
  while (!prompt.empty()) {
    const line_base::PromptPart part = line_base::TakePromptPart(prompt);
    if (part.visible) {
      AddText(part.text, Style::kNormal);
    } else {
      AddInvisible(part.text);
    }
  }
}

void Layout::AddText(absl::string_view text, Style style, bool masked) {
  while (!text.empty() && !full()) {
    const CodePoint first = FirstCodePoint(text);
    const absl::string_view character = text.substr(0, first.size);
    text.remove_prefix(first.size);
    const int width = CharacterWidth(first.value);
    if (masked) {
      if (width > 0) AddCharacter("*", 1, style);
    } else if (IsControl(first.value)) {
      AddControl(character[0], style);
    } else if (IsUnprintable(first.value)) {
      AddCharacter(kReplacement, 1, style);
    } else if (width == 0) {
      AddInvisible(character);
    } else {
      AddCharacter(character, width, style);
    }
  }
}

void Layout::AddControl(char c, Style style) {
  if (c == '\n') {
    NewRow();
  } else if (c == '\t') {
    // A new row, if one begins, ends it.
    do {
      AddCharacter(" ", 1, style);
    } while (rows_.back().width % kTabStop != 0);
  } else {
    AddCharacter("^", 1, style);
    const char letter = ControlLetter(c);
    AddCharacter(absl::string_view(&letter, 1), 1, style);
  }
}

void Layout::AddCharacter(absl::string_view character, int width, Style style) {
  if (rows_.back().width + width > width_) NewRow();
  Row& row = rows_.back();
  row.cells.push_back({std::exchange(invisible_, {}), width, style});
  row.cells.back().text.append(character.data(), character.size());
  row.width += width;
  if (row.width == width_) NewRow();
}

void Layout::AddInvisible(absl::string_view bytes) {
  Row& row = rows_.back();
  if (row.cells.empty() || !invisible_.empty()) {
    invisible_.append(bytes.data(), bytes.size());
  } else {
    row.cells.back().text.append(bytes.data(), bytes.size());
  }
}

void Layout::NewRow() {
  rows_.emplace_back();
  if (!cursor_placed_ && rows_.size() > height_) rows_.pop_front();
}

void Layout::PlaceCursor() {
  cursor_placed_ = true;
  cursor_row_ = rows_.size() - 1;
  cursor_column_ = rows_.back().width;
}

Frame Layout::Take() {
  const size_t last = std::min(rows_.size(), std::max(height_, cursor_row_ + 1));
  Frame frame;
  frame.rows.assign(std::make_move_iterator(rows_.begin()),
                    std::make_move_iterator(rows_.begin() + static_cast<std::ptrdiff_t>(last)));
  frame.cursor_row = static_cast<int>(cursor_row_);
  frame.cursor_column = cursor_column_;
  frame.width = width_;
  return frame;
}

}  // namespace someos::line_plain
