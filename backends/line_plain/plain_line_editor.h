// The LineEditor of this repository: for terminals that understand VT100, without terminfo.
//
// Deviations from the contract of someos/api/line_editor.h: none. Beyond it, bindings are those of
// GNU readline's emacs mode (keymap.h), and init files are GNU readline's, as far as inputrc.h
// goes.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_LINE_EDITOR_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_LINE_EDITOR_H_

#include "someos/api/line_editor.h"

namespace someos {

// This backend, for the facade and for users who depend on //backends/line_plain directly.
const LineBackend& PlainLineBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_PLAIN_LINE_EDITOR_H_
