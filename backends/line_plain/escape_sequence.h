// The escape sequences of keys.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_ESCAPE_SEQUENCE_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_ESCAPE_SEQUENCE_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/key.h"

namespace someos::line_plain {

// No sequence of a key is longer; what is longer is KeyCode::kUnknown, piece by piece.
inline constexpr size_t kLongestEscapeSequence = 32;

// The bytes of the sequence that `text` begins with, and its key. `text` begins with ESC [ or
// ESC O. 0: more bytes are needed.
size_t DecodeEscapeSequence(absl::string_view text, Key& key);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_ESCAPE_SEQUENCE_H_
