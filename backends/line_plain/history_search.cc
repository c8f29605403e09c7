#include "someos/backends/line_plain/history_search.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "someos/api/readline/history.h"

namespace someos::line_plain {
namespace {

// The index after `entry`; nullopt behind the last one. The history may have become shorter.
std::optional<size_t> Next(const History& history, size_t entry, SearchDirection direction) {
  if (direction == SearchDirection::kBackward) {
    entry = std::min(entry, history.size());
    return entry == 0 ? std::nullopt : std::make_optional(entry - 1);
  }
  return entry + 1 >= history.size() ? std::nullopt : std::make_optional(entry + 1);
}

}  // namespace

std::optional<SearchMatch> FindInHistory(const History& history, absl::string_view text,
                                         SearchMatch from, SearchDirection direction) {
  const bool backward = direction == SearchDirection::kBackward;
  size_t place = from.place;
  std::optional<size_t> entry = from.entry;
  if (from.entry >= history.size()) {
    entry = Next(history, history.size(), direction);
    place = backward ? std::string::npos : 0;
  }
  while (entry.has_value()) {
    const absl::string_view line = history[*entry];
    const size_t found = backward ? line.rfind(text, place) : line.find(text, place);
    if (found != absl::string_view::npos) return SearchMatch{*entry, found};
    entry = Next(history, *entry, direction);
    place = backward ? std::string::npos : 0;
  }
  return std::nullopt;
}

std::optional<size_t> FindBeginning(const History& history, absl::string_view text, size_t from,
                                    SearchDirection direction) {
  for (std::optional<size_t> entry = Next(history, from, direction); entry.has_value();
       entry = Next(history, *entry, direction)) {
    if (absl::StartsWith(history[*entry], text) && history[*entry] != text) return entry;
  }
  return std::nullopt;
}

}  // namespace someos::line_plain
