// A list of candidates in columns.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_COMPLETION_COLUMNS_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_COMPLETION_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace someos::line_plain {

// The columns that the text takes on a terminal, if nothing wraps it.
int TextWidth(absl::string_view text);

// The texts in as many columns as fit into `width`, filled one after the other, each row with a
// newline at its end. A text that is wider than the screen has a row of its own. Control characters
// are shown as "^A", others that a terminal would not print, and bytes that are no UTF-8, as
// U+FFFD.
std::string InColumns(absl::Span<const std::string> texts, int width);

// The longest beginning that all texts have, in whole characters; with `ignore_case`, that of the
// first text, capitals of ASCII not compared.
std::string CommonBeginning(absl::Span<const std::string> texts, bool ignore_case);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_COMPLETION_COLUMNS_H_
