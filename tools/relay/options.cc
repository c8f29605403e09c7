#include "someos/tools/relay/options.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/tools/relay/address.h"

namespace someos::relay {
namespace {

constexpr int kMostClients = 100'000;
constexpr int kMostThreads = 64;
constexpr int kMostConnections = 10'000'000;
constexpr int kLeastBufferBytes = 1024;
constexpr int kMostBufferBytes = 16 << 20;
constexpr absl::Duration kShortestTimeout = absl::Milliseconds(1);
constexpr absl::Duration kLongestTimeout = absl::Hours(24 * 365);

// The flags that take a value.
constexpr absl::string_view kValueFlags[] = {"listen",          "connect",      "poller",
                                             "max_connections", "buffer_bytes", "idle_timeout",
                                             "connect_timeout", "threads",      "clients"};

// Not Abseil's flags library: there a bad flag ends the program with exit code 1 and several
// lines, and the help page cannot be written by hand.
class Parser {
 public:
  Parser(absl::Span<const char* const> arguments, bool has_passed_sockets)
      : arguments_(arguments), has_passed_sockets_(has_passed_sockets) {}

  absl::StatusOr<Options> Parse() {
    while (next_ < arguments_.size()) {
      if (absl::Status status = ParseOne(arguments_[next_++]); !status.ok()) return status;
    }
    if (options_.action == Options::Action::kHelp) return options_;
    if (absl::Status status = CheckTogether(); !status.ok()) return status;
    return options_;
  }

 private:
  absl::Status ParseOne(absl::string_view argument) {
    absl::string_view name = argument;
    if (!absl::ConsumePrefix(&name, "-")) return Invalid(argument, "unexpected argument");
    absl::ConsumePrefix(&name, "-");
    if (name == "help" || name == "h") {
      options_.action = Options::Action::kHelp;
      return absl::OkStatus();
    }
    if (name == "demo") {
      if (options_.action == Options::Action::kRelay) options_.action = Options::Action::kDemo;
      return absl::OkStatus();
    }
    const size_t equals = name.find('=');
    const bool has_value = equals != absl::string_view::npos;
    absl::string_view value = has_value ? name.substr(equals + 1) : "";
    name = name.substr(0, equals);
    if (!absl::c_linear_search(kValueFlags, name)) return Invalid(argument, "unknown flag");
    if (!has_value) {
      if (next_ == arguments_.size()) return Invalid(argument, "needs a value");
      value = arguments_[next_++];
    }
    return Set(name, value);
  }

  absl::Status Set(absl::string_view name, absl::string_view value) {
    if (name == "listen") {
      return SetAddress("--listen", value, &options_.listen_text, &options_.listen);
    }
    if (name == "connect") {
      return SetAddress("--connect", value, &options_.connect_text, &options_.connect);
    }
    if (name == "poller") {
      if (value.empty()) return Invalid("--poller", "needs a value");
      options_.poller = std::string(value);
      return absl::OkStatus();
    }
    if (name == "clients") {
      clients_given_ = true;
      return SetNumber("--clients", value, 1, kMostClients, &options_.clients);
    }
    return SetLimit(name, value);
  }

  absl::Status SetLimit(absl::string_view name, absl::string_view value) {
    limit_given_ = absl::StrCat("--", name);
    if (name == "idle_timeout") return SetTimeout(value, &options_.limits.idle_timeout);
    if (name == "connect_timeout") return SetTimeout(value, &options_.limits.connect_timeout);
    int number = 0;
    if (name == "max_connections") {
      const absl::Status status = SetNumber(limit_given_, value, 1, kMostConnections, &number);
      options_.limits.max_connections = static_cast<size_t>(number);
      return status;
    }
    if (name == "threads") {
      return SetNumber(limit_given_, value, 1, kMostThreads, &options_.threads);
    }
    const absl::Status status =
        SetNumber(limit_given_, value, kLeastBufferBytes, kMostBufferBytes, &number);
    options_.limits.buffer_bytes = static_cast<size_t>(number);
    return status;
  }

  absl::Status SetTimeout(absl::string_view value, absl::Duration* timeout) {
    if (absl::ParseDuration(value, timeout) && *timeout >= kShortestTimeout &&
        *timeout <= kLongestTimeout) {
      return absl::OkStatus();
    }
    return Invalid(absl::StrCat(limit_given_, " ", value),
                   "not a time from 1ms to 8760h, such as 90s or 5m");
  }

  static absl::Status SetNumber(absl::string_view flag, absl::string_view value, int least,
                                int most, int* number) {
    if (absl::SimpleAtoi(value, number) && *number >= least && *number <= most) {
      return absl::OkStatus();
    }
    return Invalid(absl::StrCat(flag, " ", value),
                   absl::StrCat("not a number from ", least, " to ", most));
  }

  absl::Status SetAddress(absl::string_view flag, absl::string_view value, std::string* text,
                          Address* address) {
    absl::StatusOr<Address> parsed = ParseAddress(value);
    if (!parsed.ok()) return Invalid(absl::StrCat(flag, " ", value), parsed.status().message());
    *text = std::string(value);
    *address = *std::move(parsed);
    return absl::OkStatus();
  }

  absl::Status CheckTogether() const {
    const bool listens = !options_.listen_text.empty();
    const bool connects = !options_.connect_text.empty();
    if (options_.action == Options::Action::kDemo) {
      if (listens) return Invalid("--listen", "not together with --demo");
      if (connects) return Invalid("--connect", "not together with --demo");
      if (!limit_given_.empty()) return Invalid(limit_given_, "not together with --demo");
      return absl::OkStatus();
    }
    if (clients_given_) return Invalid("--clients", "only together with --demo");
    if (!listens && !has_passed_sockets_) {
      return Invalid("--listen", "missing; see --help, or try --demo");
    }
    if (!connects) return Invalid("--connect", "missing; see --help, or try --demo");
    if (options_.connect.host == "*") {
      return Invalid(absl::StrCat("--connect ", options_.connect_text), "only for --listen");
    }
    if (options_.connect.path.empty() && options_.connect.port == 0) {
      return Invalid(absl::StrCat("--connect ", options_.connect_text), "port 0 cannot be reached");
    }
    return absl::OkStatus();
  }

  static absl::Status Invalid(absl::string_view what, absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", why));
  }

  const absl::Span<const char* const> arguments_;
  const bool has_passed_sockets_;
  size_t next_ = 0;
  bool clients_given_ = false;
  std::string limit_given_;  // the last such flag
  Options options_;
};

}  // namespace

absl::StatusOr<Options> ParseOptions(absl::Span<const char* const> arguments,
                                     bool has_passed_sockets) {
  return Parser(arguments, has_passed_sockets).Parse();
}

absl::string_view HelpText() {
  return R"(relay: passes TCP and Unix-socket streams on, thousands at a time, in one thread or several

  relay --listen ADDRESS --connect ADDRESS [--poller NAME] [--max_connections N]
        [--buffer_bytes N] [--idle_timeout TIME] [--connect_timeout TIME]
        [--threads N]
  relay --demo [--poller NAME] [--clients N]

Every client that connects to the --listen address gets a connection of its own to
the --connect address, and what one side sends is passed on to the other: bytes,
the end of the stream (each way by itself) and resets.

  --listen ADDRESS   where clients connect, at every address that a name has; with
                     port 0 the system picks one that is free at all of them
  --connect ADDRESS  the server behind; a name is looked up once, at the start, and
                     its addresses are tried in order for each client
  --poller NAME      the someos backend to wait with, of those linked into this
                     program (//tools/pollers lists them); without it the one that
                     SOMEOS_POLLER names, else the default of the build
  --max_connections N
                     connections at once; a client beyond them is closed with a reset.
                     Without it: as many as there are descriptors for
  --buffer_bytes N   the most that one read takes, and so the most that is held back
                     for a side that does not read, each way (65536)
  --idle_timeout TIME
                     resets a connection on which nothing has passed either way for
                     so long: 500ms, 90s, 5m. Without it: never
  --connect_timeout TIME
                     how long the server may take to accept a connection (10s); then
                     its next address is tried, and after the last one the client is
                     closed with a reset
  --threads N        threads (1), each with a poller of its own; the first one accepts the
                     clients, and gives them to all in turn. The other options are for
                     all of them together
  --demo             shows all that on this machine: an echo server, the relay and
                     some hundred clients on loopback, for every linked backend, or
                     for the one of --poller; every byte is checked
  --clients N        clients of the demo (300)
  --help             this page

ADDRESS is one of
  127.0.0.1:8080  localhost:8080  [::1]:8080  *:8080  unix:/run/relay.socket  @name
An IPv6 address takes no IPv4 connections: [::] is every IPv6 address of this machine,
0.0.0.0 every IPv4 address, and * (for --listen only) all of them. Addresses that this
machine does not have are left out, which is said on standard error, if the name has
others; if one cannot be had for another reason, the relay does not start. The file of
a Unix socket on which nobody listens any more is replaced, any other one is left
alone; it is removed at the end, unless it has been replaced. @name (or unix:@name) is
an abstract name, on Linux only; a file is unix:./@name. Windows has neither.

Sockets from a service manager (systemd's socket activation, sd_listen_fds) are listened
on as well, and then --listen may be missing: LISTEN_FDS listening stream sockets, TCP
or Unix, from descriptor 3 on, if LISTEN_PID is this process. Their files are left alone.

Signals
  SIGUSR1            print a line of statistics
  SIGINT, SIGTERM    stop accepting, deliver what has been read (for at most a
                     second), close everything and exit; a second one does not wait

When one peer fails, what it had sent is still delivered, as long as the other one
takes some of it every second; then the other one's connection is reset. That a peer
has failed is noticed at once, also when it had ended its stream and waits for the
answer, while nothing is read from it, and before the server is reached; with select
and kqueue, which do not tell it in these cases, within a second. A TCP peer that
closes its socket looks like one that only ends its stream, until something is sent
to it; a Unix peer that closes its socket is sent nothing more.

Where a side sends much at once, Linux moves it to the other side within the kernel
(splice). What a peer can make the relay hold is bounded: two descriptors and two buffers
per connection, however much or slowly it sends or reads, or if it does neither; and at
most 64 pipes for each thread, each four buffers large and with two descriptors more. When
descriptors run out (or, with select, numbers below FD_SETSIZE), clients wait in
the system's queue until a connection closes. The limit of open files is raised as
far as it may be. Refusals, resets for idleness and pauses are each said once on
standard error, with the reason, and from then on only counted.

Exit code: 0 after a signal or a demo without errors, 1 for what went wrong while
running, 2 for a command line that makes no sense.

Statistics
  accepted, active   clients so far, connections now
  refused            clients closed because the server could not be reached
  timed_out          attempts to connect that took longer than --connect_timeout
  limited            clients closed because of --max_connections
  expired            connections reset because of --idle_timeout
  reset              connections that broke off on either side
  exhausted          times accepting had to pause
  up_, down_         to the server and back: bytes, those of them that were spliced,
                     reads that brought data, and stalls, when a slow receiver made
                     the relay stop reading
  waits, modifies    Poller::Wait and Poller::Modify calls
)";
}

}  // namespace someos::relay
