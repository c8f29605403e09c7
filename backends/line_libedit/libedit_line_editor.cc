#include "someos/backends/line_libedit/libedit_line_editor.h"

#include <memory>

#include "someos/api/line_editor.h"
#include "someos/backends/line_base/terminal_line_editor.h"
#include "someos/backends/line_libedit/libedit_engine.h"

namespace someos {

const LineBackend& LibeditLineBackend() {
  static constexpr LineBackend kBackend = {
      "libedit", "libedit (BSD-3-Clause)",
      [](const LineEditorOptions& options) -> std::unique_ptr<LineEditor> {
        return std::make_unique<line_base::TerminalLineEditor>(
            options, std::make_unique<line_libedit::LibeditEngine>(options));
      }};
  return kBackend;
}

}  // namespace someos
