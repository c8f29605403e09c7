// Looking for text in a history.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_HISTORY_SEARCH_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_HISTORY_SEARCH_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "someos/api/readline/history.h"

namespace someos::line_plain {

enum class SearchDirection { kBackward, kForward };

struct SearchMatch {
  size_t entry;  // the index in the history
  size_t place;  // of the text in it, in bytes
};

// The next place of `text` from `from` on, which counts itself; within an entry, the last one if
// backward, the first one if forward. `from.entry` may be history.size(), which has no text.
std::optional<SearchMatch> FindInHistory(const History& history, absl::string_view text,
                                         SearchMatch from, SearchDirection direction);

// The next entry from `from` on, without itself, that begins with `text` and is not `text` itself.
std::optional<size_t> FindBeginning(const History& history, absl::string_view text, size_t from,
                                    SearchDirection direction);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_HISTORY_SEARCH_H_
