// A LineEditor over libedit (NetBSD's editline; BSD-3-Clause).
//
// Linked only if --@someos//platforms:line=libedit asks for it. Deviations from the contract of
// someos/api/line_editor.h:
//
// - No hints, no entries of several lines, no asterisks: capabilities() says so, and what is to be
//   shown as asterisks is not shown. What is pasted is typed: a newline in it ends the line.
// - While a key waits for another one (an incremental search, a quoted character), OnReadable
// waits,
//   too, and so does Print.
// - Bind and init files are libedit's ("bind ^I rl_complete"). libedit writes complaints about some
//   of them to nowhere. Its key for the end of the input, quoted as the first character of a line,
//   ends the input.
// - The terminal's size is libedit's affair: what a narrower terminal has wrapped may stay visible.
// - Bytes that are no UTF-8 become U+FFFD. Up to 1,024 characters at once are inserted by a user's
//   function.

#ifndef SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_LINE_EDITOR_H_
#define SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_LINE_EDITOR_H_

#include "someos/api/line_editor.h"

namespace someos {

// This backend, for the facade and for users who depend on //backends/line_libedit directly.
const LineBackend& LibeditLineBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_LINE_LIBEDIT_LIBEDIT_LINE_EDITOR_H_
