#include "someos/api/rlcompleter/completer.h"

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace someos::rlcompleter {

std::optional<std::string> Completer::Complete(absl::string_view text, int state) {
  if (absl::StripAsciiWhitespace(text).empty()) {
    return state == 0 ? std::make_optional<std::string>("\t") : std::nullopt;
  }
  if (state == 0) matches_ = registry_.Matches(text);
  if (state < 0 || static_cast<size_t>(state) >= matches_.size()) return std::nullopt;
  return matches_[static_cast<size_t>(state)];
}

}  // namespace someos::rlcompleter
