// Runs a program as a person would, for tests of programs.

#ifndef SOMEOS_TESTING_SHELL_COMMAND_H_
#define SOMEOS_TESTING_SHELL_COMMAND_H_

#include <string>

namespace someos {

struct CommandResult {
  int exit_status;     // -1: it could not be run, or a signal has ended it
  std::string output;  // what it wrote to its standard output
};

// Runs a command line of sh(1), which shares this process's standard input and error output, and
// waits for its end.
CommandResult RunShellCommand(const std::string& command);

}  // namespace someos

#endif  // SOMEOS_TESTING_SHELL_COMMAND_H_
