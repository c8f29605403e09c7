#include "someos/tools/shell/session/command.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/errno_status.h"

namespace someos::shell {
namespace {

bool IsOptional(absl::string_view word) { return absl::StartsWith(word, "["); }
bool IsRepeated(absl::string_view word) { return absl::StrContains(word, "..."); }

std::vector<absl::string_view> WordsBehindTheName(absl::string_view usage) {
  std::vector<absl::string_view> words = absl::StrSplit(usage, ' ');
  words.erase(words.begin());
  return words;
}

}  // namespace

std::vector<absl::string_view> Command::parameters() const {
  std::vector<absl::string_view> words = WordsBehindTheName(usage);
  for (absl::string_view& word : words) {
    absl::ConsumePrefix(&word, "[");
    absl::ConsumeSuffix(&word, "]");
    absl::ConsumeSuffix(&word, "...");
  }
  return words;
}

absl::string_view Command::parameter(size_t index) const {
  const std::vector<absl::string_view> all = parameters();
  if (index < all.size()) return all[index];
  return !all.empty() && IsRepeated(usage) ? all.back() : "";
}

absl::Status Command::CheckCount(size_t count) const {
  const std::vector<absl::string_view> words = WordsBehindTheName(usage);
  const auto required = static_cast<size_t>(std::count_if(
      words.begin(), words.end(), [](absl::string_view word) { return !IsOptional(word); }));
  if (count >= required && (count <= words.size() || IsRepeated(usage))) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(name(), count < required ? " needs more" : " takes fewer",
                                  " arguments: ", usage));
}

const Command* CommandTable::Find(absl::string_view name) const {
  const auto found =
      std::find_if(commands_.begin(), commands_.end(),
                   [name](const Command& command) { return command.name() == name; });
  return found == commands_.end() ? nullptr : &*found;
}

}  // namespace someos::shell
