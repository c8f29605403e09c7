#include "someos/backends/line_plain/plain_line_editor.h"

#include <memory>

#include "someos/api/line_editor.h"
#include "someos/backends/line_base/terminal_line_editor.h"
#include "someos/backends/line_plain/plain_engine.h"

namespace someos {

const LineBackend& PlainLineBackend() {
  static constexpr LineBackend kBackend = {
      "plain", "VT100 sequences, without terminfo",
      [](const LineEditorOptions& options) -> std::unique_ptr<LineEditor> {
        return std::make_unique<line_base::TerminalLineEditor>(
            options, std::make_unique<line_plain::PlainEngine>(options.application));
      }};
  return kBackend;
}

}  // namespace someos
