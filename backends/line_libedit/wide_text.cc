#include "someos/backends/line_libedit/wide_text.h"

#include <string>

#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_libedit {

std::wstring Widened(absl::string_view text) {
  std::wstring wide;
  while (!text.empty()) {
    const line_plain::CodePoint first = line_plain::FirstCodePoint(text);
    wide += line_plain::IsRawByte(first.value) ? L'\ufffd' : static_cast<wchar_t>(first.value);
    text.remove_prefix(first.size);
  }
  return wide;
}

std::string Narrowed(std::wstring_view text) {
  std::string narrow;
  for (const wchar_t c : text) line_plain::AppendUtf8(static_cast<char32_t>(c), narrow);
  return narrow;
}

}  // namespace someos::line_libedit
