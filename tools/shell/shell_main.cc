// An interactive shell over the services of this library. HelpText() describes it.

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/readline.h"
#include "someos/tools/shell/commands/all_commands.h"
#include "someos/tools/shell/demo.h"
#include "someos/tools/shell/interactive.h"
#include "someos/tools/shell/options.h"
#include "someos/tools/shell/session/command.h"
#include "someos/tools/shell/session/script.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

void Report(absl::string_view message) {
  std::cerr << "shell: " << Printable(message) << std::endl;
}

void Write(absl::string_view text) { std::cout << text << std::flush; }

int RunAtTerminal(const CommandTable& commands, const Options& options) {
  LineEditor& editor = readline::Editor();
  Session session(commands, [&editor](absl::string_view text) { editor.Print(text); });
  const absl::StatusOr<int> code = Interactive(session, editor, options.history).Run();
  if (code.ok()) return *code;
  Report(code.status().message());
  return kFailed;
}

int Main(absl::Span<const char* const> arguments) {
  const char* const home = std::getenv("HOME");
  const absl::StatusOr<Options> options = ParseOptions(arguments, home == nullptr ? "" : home);
  if (!options.ok()) {
    Report(options.status().message());
    return kUsage;
  }
  if (options->help) {
    Write(HelpText());
    return 0;
  }
  const CommandTable commands = AllCommands();
  if (!options->demo && isatty(STDIN_FILENO) != 0) return RunAtTerminal(commands, *options);
  Session session(commands, Write);
  return options->demo ? RunDemo(session) : RunScript(session, std::cin, Report);
}

}  // namespace
}  // namespace someos::shell

int main(int argc, char** argv) {
  return someos::shell::Main(absl::MakeConstSpan(argv + 1, static_cast<size_t>(argc - 1)));
}
