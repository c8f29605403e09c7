// Lines that were entered, in the history.

#ifndef SOMEOS_BACKENDS_LINE_BASE_ADD_LINE_H_
#define SOMEOS_BACKENDS_LINE_BASE_ADD_LINE_H_

#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline/history.h"

namespace someos::line_base {

// Adds the line as LineOptions::add_to_history has it.
inline void AddLine(absl::string_view line, const LineOptions& options, History& history) {
  const bool repeats = !history.empty() && history[history.size() - 1] == line;
  const bool adds = options.add_to_history && options.echo == LineEcho::kText && !line.empty();
  // One with a NUL byte is in no history.
  if (adds && !repeats) history.Add(line).IgnoreError();
}

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_ADD_LINE_H_
