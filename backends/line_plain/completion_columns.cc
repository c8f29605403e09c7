#include "someos/backends/line_plain/completion_columns.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/backends/line_plain/character_width.h"
#include "someos/backends/line_plain/unprintable.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

constexpr int kBetween = 2;  // columns between two texts

int Width(char32_t code_point) {
  if (IsControl(code_point)) return 2;
  return IsUnprintable(code_point) ? 1 : CharacterWidth(code_point);
}

// Without characters that would move the cursor.
std::string Printable(absl::string_view text) {
  std::string printable;
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    if (IsControl(first.value)) {
      printable += '^';
      printable += ControlLetter(text[0]);
    } else {
      absl::StrAppend(&printable,
                      IsUnprintable(first.value) ? kReplacement : text.substr(0, first.size));
    }
    text.remove_prefix(first.size);
  }
  return printable;
}

bool SameByte(char a, char b, bool ignore_case) {
  if (a == b) return true;
  return ignore_case && absl::ascii_tolower(static_cast<unsigned char>(a)) ==
                            absl::ascii_tolower(static_cast<unsigned char>(b));
}

}  // namespace

int TextWidth(absl::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const CodePoint first = FirstCodePoint(text);
    width += Width(first.value);
    text.remove_prefix(first.size);
  }
  return width;
}

std::string InColumns(absl::Span<const std::string> texts, int width) {
  if (texts.empty()) return "";
  int widest = 0;
  for (const std::string& text : texts) widest = std::max(widest, TextWidth(text));
  const size_t columns =
      static_cast<size_t>(std::max(1, (width + kBetween - 1) / (widest + kBetween)));
  const size_t rows = (texts.size() + columns - 1) / columns;
  std::string list;
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = row; i < texts.size(); i += rows) {
      absl::StrAppend(&list, Printable(texts[i]));
      const bool last = i + rows >= texts.size();
      if (!last) list.append(static_cast<size_t>(widest + kBetween - TextWidth(texts[i])), ' ');
    }
    list += '\n';
  }
  return list;
}

std::string CommonBeginning(absl::Span<const std::string> texts, bool ignore_case) {
  if (texts.empty()) return "";
  absl::string_view common = texts.front();
  for (const std::string& text : texts) {
    size_t same = 0;
    const size_t shorter = std::min(common.size(), text.size());
    while (same < shorter && SameByte(common[same], text[same], ignore_case)) ++same;
    common = common.substr(0, same);
  }
  // Not a part of a character.
  size_t whole = 0;
  while (whole < common.size()) {
    const absl::string_view rest = absl::string_view(texts.front()).substr(whole);
    const size_t size = FirstCodePoint(rest).size;
    if (whole + size > common.size()) break;
    whole += size;
  }
  return std::string(common.substr(0, whole));
}

}  // namespace someos::line_plain
