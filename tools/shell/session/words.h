// The words of a command line.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_WORDS_H_
#define SOMEOS_TOOLS_SHELL_SESSION_WORDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace someos::shell {

struct Word {
  std::string text;
  bool quoted = false;  // any part of it: 12 is a number, "12" is text
};

// Words are separated by blanks. Between '...' each character stands for itself; between "..." and
// outside of quotes, \n, \t, \r, \0 and \xHH are bytes, and a backslash before any other character
// stands for that. A word that begins with # begins a comment.
//
// kInvalidArgument: a quote or an escape has no end.
absl::StatusOr<std::vector<Word>> SplitWords(absl::string_view line);

// Bytes as a word between "...", of printable ASCII alone, of which SplitWords makes them again.
std::string Quoted(absl::string_view bytes);

// Text for a terminal: control characters, but not newlines and tabs, are escaped as in Quoted.
std::string Printable(absl::string_view text);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_WORDS_H_
