#include "someos/api/readline.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/find_linked.h"
#include "someos/api/line_editor.h"
#include "someos/api/linked_lines.h"

#if SOMEOS_LINKS_LINE_PLAIN
#include "someos/backends/line_plain/plain_line_editor.h"
#endif
#if SOMEOS_LINKS_LINE_LIBEDIT
#include "someos/backends/line_libedit/libedit_line_editor.h"
#endif
#if SOMEOS_LINKS_LINE_GNU
#include "someos/backends/line_gnu/gnu_line_editor.h"
#endif

namespace someos {

absl::Span<const LineBackend* const> LinkedLineBackends() {
  static const LineBackend* const kLinked[] = {
  // In the order of preference.
#if SOMEOS_LINKS_LINE_PLAIN
      &PlainLineBackend(),
#endif
#if SOMEOS_LINKS_LINE_LIBEDIT
      &LibeditLineBackend(),
#endif
#if SOMEOS_LINKS_LINE_GNU
      &GnuLineBackend(),
#endif
  };
  return kLinked;
}

absl::StatusOr<const LineBackend*> FindLineBackend(absl::string_view name) {
  return internal::FindLinked(LinkedLineBackends(), "line editor", name);
}

std::unique_ptr<LineEditor> NewLineEditor(const LineEditorOptions& options) {
  return LinkedLineBackends().front()->create(options);
}

}  // namespace someos
