#include "someos/tools/shell/demo.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {
namespace {

constexpr absl::string_view kLines[] = {
    "# A pipe, and a poller that tells when something can be read from it",
    "pipe reader writer",
    "poller p",
    "watch p reader readable",
    "write writer \"hello\\n\"",
    "wait",
    "read reader",
    "close reader writer",
    "# A server and a client on loopback",
    "listen server 127.0.0.1:0",
    "watch p server readable one-shot",
    "connect client server",
    "wait",
    "accept server accepted",
    "write client \"a question\"",
    "watch p accepted readable",
    "wait",
    "read accepted",
    "# Memory as bytes",
    "memory m 32",
    "edit m 4 \"some bytes\"",
    "find m bytes",
    "show m",
    "# Values of Python, between two ends of a connection",
    "channel one other",
    "send one 3.5",
    "receive other",
    "# A manager's server, which Python's clients could use as well, and a queue in it",
    "serve managers 127.0.0.1:0 secret",
    "manager m2 managers secret",
    "create q m2 Queue maxsize=2",
    "call q put \"a task\"",
    "call q get timeout=5",
    "# A timer",
    "timer t 10ms print \"that is all\"",
    "wait",
};

}  // namespace

int RunDemo(Session& session) {
  for (const absl::string_view line : kLines) {
    session.Print(absl::StrCat("someos> ", line));
    const Outcome outcome = session.Execute(line);
    if (outcome.status.ok()) continue;
    session.Print(absl::StrCat("error: ", outcome.status.message()));
    return outcome.exit_code();
  }
  return 0;
}

}  // namespace someos::shell
