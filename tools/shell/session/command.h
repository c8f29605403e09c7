// The commands of the shell: their names, usage and help.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_COMMAND_H_
#define SOMEOS_TOOLS_SHELL_SESSION_COMMAND_H_

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {

class Session;

// The words behind the command's name.
using Arguments = absl::Span<const Word>;

// Constant, with static lifetime.
struct Command {
  // The name and the parameters: "watch POLLER OBJECT INTEREST [TRIGGER]". A parameter's word says
  // what it is completed to (completion.h). "[...]" may be missing; "..." repeats the last one.
  absl::string_view usage;
  // One line for the list of all, without a period, and then, behind an empty line, what more
  // there is to say.
  absl::string_view help;
  absl::Status (*run)(Session& session, Arguments arguments);

  absl::string_view name() const { return usage.substr(0, usage.find(' ')); }
  absl::string_view summary() const { return help.substr(0, help.find('\n')); }
  // Without brackets and dots: "POLLER", "OBJECT", "INTEREST", "TRIGGER".
  std::vector<absl::string_view> parameters() const;
  // The word for argument number `index`, from 0 on; empty if there may be none.
  absl::string_view parameter(size_t index) const;
  // OK if there may be so many arguments; kInvalidArgument with the usage otherwise.
  absl::Status CheckCount(size_t count) const;
};

class CommandTable {
 public:
  void Add(absl::Span<const Command> commands) {
    commands_.insert(commands_.end(), commands.begin(), commands.end());
  }
  // Null if there is none.
  const Command* Find(absl::string_view name) const;
  const std::vector<Command>& commands() const { return commands_; }

 private:
  std::vector<Command> commands_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_COMMAND_H_
