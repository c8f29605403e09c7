// The command line of the relay.

#ifndef SOMEOS_TOOLS_RELAY_OPTIONS_H_
#define SOMEOS_TOOLS_RELAY_OPTIONS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/tools/relay/address.h"
#include "someos/tools/relay/limits.h"

namespace someos::relay {

struct Options {
  enum class Action { kRelay, kDemo, kHelp };
  Action action = Action::kRelay;
  // As given, for messages, and as understood. For kRelay only.
  std::string listen_text;
  std::string connect_text;
  Address listen;
  Address connect;
  // The name of a linked backend; empty: the default one (kRelay) or all of them (kDemo).
  std::string poller;
  // For kRelay.
  Limits limits;
  int threads = 1;
  // For kDemo: how many clients at once.
  int clients = 300;
};

// Reads the arguments after the program's name, each flag as "--name value" or "--name=value".
// Without --listen, which is needed unless `has_passed_sockets`, `listen_text` is empty.
//
// kInvalidArgument, with a message that names the flag.
absl::StatusOr<Options> ParseOptions(absl::Span<const char* const> arguments,
                                     bool has_passed_sockets = false);

// What --help prints, ending in a newline.
absl::string_view HelpText();

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_OPTIONS_H_
