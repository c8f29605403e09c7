// Pasted text that a terminal marks.

#ifndef SOMEOS_BACKENDS_LINE_BASE_BRACKETED_PASTE_H_
#define SOMEOS_BACKENDS_LINE_BASE_BRACKETED_PASTE_H_

#include "absl/strings/string_view.h"

namespace someos::line_base {

// What a terminal switches with: pasted text then comes between kPasteBegin and kPasteEnd.
inline constexpr absl::string_view kPasteOn = "\033[?2004h";
inline constexpr absl::string_view kPasteOff = "\033[?2004l";
inline constexpr absl::string_view kPasteBegin = "\033[200~";
inline constexpr absl::string_view kPasteEnd = "\033[201~";

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_BRACKETED_PASTE_H_
