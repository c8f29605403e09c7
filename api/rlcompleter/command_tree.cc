#include "someos/api/rlcompleter/command_tree.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace someos {

const Command& FindCommand(const Command& root, absl::string_view line) {
  const Command* command = &root;
  for (const absl::string_view word :
       absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty())) {
    const auto named = std::find_if(command->subcommands.begin(), command->subcommands.end(),
                                    [word](const Command& each) { return each.name == word; });
    if (named == command->subcommands.end()) break;
    command = &*named;
  }
  return *command;
}

std::vector<std::string> CommandMatches(const Command& root, absl::string_view before,
                                        absl::string_view text) {
  const Command& command = FindCommand(root, before);
  std::vector<std::string> matches;
  if (command.arguments) matches = command.arguments(text);
  for (const Command& subcommand : command.subcommands) {
    if (absl::StartsWith(subcommand.name, text)) matches.push_back(subcommand.name);
  }
  std::sort(matches.begin(), matches.end());
  matches.erase(std::unique(matches.begin(), matches.end()), matches.end());
  return matches;
}

}  // namespace someos
