// The relay as a process of its own, for tests.

#ifndef SOMEOS_TOOLS_RELAY_TESTING_RELAY_PROCESS_H_
#define SOMEOS_TOOLS_RELAY_TESTING_RELAY_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/tools/relay/socket.h"
#include "someos/tools/relay/socket_address.h"

namespace someos::relay {

// Runs the program that the environment variable RELAY names.
class RelayProcess {
 public:
  struct Start {
    // The limits of open files that it gets; 0: those of the test.
    int soft_open_files = 0;
    int hard_open_files = 0;
    // It has no standard input, output and error: these numbers are free.
    bool without_standard_descriptors = false;
    // Passed to it as by a service manager: descriptors of the test; LISTEN_FDS unless empty, which
    // otherwise is their number; LISTEN_FDNAMES unless empty.
    std::vector<int> passed_sockets;
    std::string count;
    std::string names;
  };
  explicit RelayProcess(const std::vector<std::string>& arguments) : RelayProcess(arguments, {}) {}
  RelayProcess(const std::vector<std::string>& arguments, const Start& start);
  // Kills it if it still runs.
  ~RelayProcess();

  // Waits for its first line, and returns the address that it says it listens on.
  SocketAddress Address();

  // Sends it `signal`.
  void Signal(int signal) const;

  // The next line of its standard output; waits for it. Empty at the end.
  std::string NextLine();

  // Waits until it has ended. Its exit code, or minus the signal that ended it.
  int ExitCode();

  // What is left of its standard output and its standard error; waits until it has closed them.
  std::string RestOfOutput();
  std::string RestOfErrors();

 private:
  pid_t pid_;
  int exit_code_ = 0;
  Socket output_;  // the reading ends of pipes
  Socket errors_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_TESTING_RELAY_PROCESS_H_
