#include "someos/testing/shell_command.h"

#include <sys/wait.h>

#include <cstddef>
#include <cstdio>
#include <string>

namespace someos {

CommandResult RunShellCommand(const std::string& command) {
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, ""};
  CommandResult result;
  char buffer[4096];
  while (const size_t size = std::fread(buffer, 1, sizeof(buffer), pipe)) {
    result.output.append(buffer, size);
  }
  const int status = pclose(pipe);  // a variable, for macOS's macros take its address
  result.exit_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace someos
