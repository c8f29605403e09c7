#include "someos/api/rlcompleter/path_matches.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_base/directory.h"

namespace someos {

std::vector<std::string> PathMatches(absl::string_view text) {
  const size_t slash = text.rfind('/');
  const size_t name_at = slash == absl::string_view::npos ? 0 : slash + 1;
  const absl::string_view parent = text.substr(0, name_at);
  const absl::string_view name = text.substr(name_at);
  std::vector<std::string> matches;
  for (const line_base::DirectoryEntry& entry : line_base::ReadDirectory(std::string(parent))) {
    if (!absl::StartsWith(entry.name, name)) continue;
    if (entry.name[0] == '.' && name.empty()) continue;
    matches.push_back(absl::StrCat(parent, entry.name, entry.is_directory ? "/" : ""));
  }
  std::sort(matches.begin(), matches.end());
  return matches;
}

}  // namespace someos
