// The escapes in libedit's history files. Private to this package.

#ifndef SOMEOS_API_READLINE_EDITLINE_ESCAPES_H_
#define SOMEOS_API_READLINE_EDITLINE_ESCAPES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::internal {

// As libedit writes it, with vis(3): white space, control characters and backslashes as an octal
// number of three digits.
std::string EscapeEditline(absl::string_view text);

// The text of a line: octal numbers, and the other escapes that a vis(3) may write (\^A, \M-a,
// \n, \\). What is none of them is left as it is.
std::string UnescapeEditline(absl::string_view line);

}  // namespace someos::internal

#endif  // SOMEOS_API_READLINE_EDITLINE_ESCAPES_H_
