#include "someos/backends/line_gnu/gnu_line_editor.h"

#include <memory>

#include "someos/api/line_editor.h"
#include "someos/backends/line_base/terminal_line_editor.h"
#include "someos/backends/line_gnu/gnu_engine.h"

namespace someos {

const LineBackend& GnuLineBackend() {
  static constexpr LineBackend kBackend = {
      "gnu", "GNU readline (GPL-3.0-or-later)",
      [](const LineEditorOptions& options) -> std::unique_ptr<LineEditor> {
        return std::make_unique<line_base::TerminalLineEditor>(
            options, std::make_unique<line_gnu::GnuEngine>(options));
      }};
  return kBackend;
}

}  // namespace someos
