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

namespace someos {

absl::Span<const LineBackend* const> LinkedLineBackends() {
  static const LineBackend* const kLinked[] = {
  // In the order of preference.
#if SOMEOS_LINKS_LINE_PLAIN
      &PlainLineBackend(),
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
