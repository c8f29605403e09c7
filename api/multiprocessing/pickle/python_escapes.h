// The escapes in the text of protocol 0. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_PYTHON_ESCAPES_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_PYTHON_ESCAPES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// The bytes that Python 2's repr of a str stands for, without its quotes ("\x00\n\'"). False if an
// escape is incomplete.
bool UnescapePython2Str(absl::string_view text, std::string& bytes);

// The UTF-8 of text in Python's encoding raw_unicode_escape: Latin-1, \uXXXX and \UXXXXXXXX. False
// if an escape is incomplete or beyond Unicode.
bool UnescapeRawUnicode(absl::string_view text, std::string& utf8);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_PYTHON_ESCAPES_H_
