// UTF-8, and the wide characters that libedit takes.

#ifndef SOMEOS_BACKENDS_LINE_LIBEDIT_WIDE_TEXT_H_
#define SOMEOS_BACKENDS_LINE_LIBEDIT_WIDE_TEXT_H_

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace someos::line_libedit {

// Bytes that are no UTF-8 become U+FFFD.
std::wstring Widened(absl::string_view text);
std::string Narrowed(std::wstring_view text);

}  // namespace someos::line_libedit

#endif  // SOMEOS_BACKENDS_LINE_LIBEDIT_WIDE_TEXT_H_
