// A LineEditor over GNU readline, GPL-3.0-or-later: whoever distributes a program that links it has
// to follow that licence for the whole program.
//
// Linked only if --@someos//platforms:line=gnu asks for it. Deviations from the contract of
// someos/api/line_editor.h:
//
// - One line at a time in a process: Begin is kFailedPrecondition while another editor of this
//   backend has one. All of them share bindings and variables, and are for one thread at a time,
//   except for Print.
// - No hints.
// - While a question of the library waits for its answer, OnReadable waits, too, and so does Print.
//   What is pasted is shown at its end.
// - Bind accepts functions that do not exist; ReadInitFile returns no complaints, which the library
//   writes to standard error. The init file that $INPUTRC names, or ~/.inputrc, is read at first.
// - A line with a NUL byte ends there.

#ifndef SOMEOS_BACKENDS_LINE_GNU_GNU_LINE_EDITOR_H_
#define SOMEOS_BACKENDS_LINE_GNU_GNU_LINE_EDITOR_H_

#include "someos/api/line_editor.h"

namespace someos {

// This backend, for the facade and for users who depend on //backends/line_gnu directly.
const LineBackend& GnuLineBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_LINE_GNU_GNU_LINE_EDITOR_H_
