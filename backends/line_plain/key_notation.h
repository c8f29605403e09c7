// Keys as people write them in an inputrc file.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_KEY_NOTATION_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_KEY_NOTATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/key.h"

namespace someos::line_plain {

// The bytes that a text between quotes stands for: "\C-x\C-u", "\e[11~", "\M-b", and \a \b \d \f
// \n \r \t \v \\ \" \' \nnn \xHH.
//
// kInvalidArgument: an escape is incomplete.
absl::StatusOr<std::string> UnescapeKeys(absl::string_view quoted);

// The keys that a terminal that sends these bytes stands for.
KeySequence KeysOf(absl::string_view bytes);

// The key of a name without quotes: "Control-u", "Meta-Rubout", "C-x", "Tab". As GNU readline has
// it, a single key.
//
// kInvalidArgument: there is no such key.
absl::StatusOr<KeySequence> KeysNamed(absl::string_view name);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_KEY_NOTATION_H_
