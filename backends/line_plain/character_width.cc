#include "someos/backends/line_plain/character_width.h"

#include <algorithm>
#include <iterator>

#include "absl/types/span.h"
#include "someos/backends/line_plain/character_width_table.h"

namespace someos::line_plain {
namespace {

bool IsIn(absl::Span<const CodePointRange> ranges, char32_t code_point) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), code_point,
      [](char32_t value, const CodePointRange& range) { return value < range.first; });
  return after != ranges.begin() && code_point <= std::prev(after)->last;
}

}  // namespace

int CharacterWidth(char32_t code_point) {
  if (code_point < kZeroColumns[0].first) return 1;
  if (IsIn(kZeroColumns, code_point)) return 0;
  return IsIn(kTwoColumns, code_point) ? 2 : 1;
}

}  // namespace someos::line_plain
