// Commands, their subcommands and arguments, for completion and help.

#ifndef SOMEOS_API_RLCOMPLETER_COMMAND_TREE_H_
#define SOMEOS_API_RLCOMPLETER_COMMAND_TREE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

// A word of a command line that others may follow: "pipe" of "pipe open NAME".
struct Command {
  std::string name;
  std::string help;  // a sentence
  std::vector<Command> subcommands;
  // What an argument that begins with `text` can be completed to, such as PathMatches. May be
  // empty. Called by the thread that completes.
  std::function<std::vector<std::string>(absl::string_view text)> arguments;
};

// What the word `text` can be completed to, if the line before it is `before`: the subcommands of
// the command that `before` names, which `text` begins, and its arguments; sorted, and none twice.
// `root` has no name; its subcommands are those that begin a line. Words are separated by blanks.
std::vector<std::string> CommandMatches(const Command& root, absl::string_view before,
                                        absl::string_view text);

// The command that the words of `line` name, as far as they are commands: of "pipe open x" it is
// "open". `root` if the first word is none.
const Command& FindCommand(const Command& root, absl::string_view line);

}  // namespace someos

#endif  // SOMEOS_API_RLCOMPLETER_COMMAND_TREE_H_
