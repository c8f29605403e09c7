#include "someos/tools/shell/commands/connection_commands.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/mmap.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/commands/arguments.h"
#include "someos/tools/shell/commands/connected.h"
#include "someos/tools/shell/commands/value.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

using multiprocessing::Address;
using multiprocessing::Connection;
using multiprocessing::PyValue;

absl::Status Channel(Session& session, Arguments arguments) {
  absl::Status status =
      session.objects().CheckNewPair(arguments[0].text, arguments[1].text, "the two ends");
  if (!status.ok()) return status;
  absl::StatusOr<std::pair<Connection, Connection>> ends = multiprocessing::Pipe();
  if (!ends.ok()) return ends.status();
  status = session.Add(arguments[0].text, std::make_unique<Connected>(std::move(ends->first)));
  if (!status.ok()) return status;
  return session.Add(arguments[1].text, std::make_unique<Connected>(std::move(ends->second)));
}

absl::Status Connect(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Address> address = session.AddressOf(arguments[1].text);
  if (!address.ok()) return address.status();
  multiprocessing::ClientOptions options;
  options.connect_timeout = absl::Seconds(10);
  if (arguments.size() > 2) options.authentication.authkey = arguments[2].text;
  absl::StatusOr<Connection> connection = multiprocessing::Client(*address, options);
  if (!connection.ok()) return connection.status();
  return session.Add(arguments[0].text, std::make_unique<Connected>(*std::move(connection)));
}

absl::Status Send(Session& session, Arguments arguments) {
  const absl::StatusOr<Connected*> connected = session.objects().Find<Connected>(arguments[0].text);
  if (!connected.ok()) return connected.status();
  absl::Status status = (*connected)->connection().Send(ValueOf(arguments[1]), absl::Seconds(10));
  session.Used(**connected);
  return status;
}

absl::Status Receive(Session& session, Arguments arguments) {
  const absl::StatusOr<Connected*> connected = session.objects().Find<Connected>(arguments[0].text);
  if (!connected.ok()) return connected.status();
  const absl::StatusOr<absl::Duration> timeout =
      arguments.size() > 1 ? DurationOf(arguments[1]) : absl::Seconds(10);
  if (!timeout.ok()) return timeout.status();
  const absl::StatusOr<PyValue> value = (*connected)->connection().Receive(*timeout);
  session.Used(**connected);
  if (!value.ok()) return value.status();
  session.Print(value->ToString());
  return absl::OkStatus();
}

absl::Status ShowPickle(Session& session, Arguments arguments) {
  MappingOptions options;
  options.access = Access::kRead;
  options.guarded = true;
  const absl::StatusOr<std::unique_ptr<Mapping>> file = MapPath(arguments[0].text, options);
  if (!file.ok()) return file.status();
  absl::StatusOr<Mapping::Guard> guard = (*file)->Enter();
  if (!guard.ok()) return guard.status();
  const absl::StatusOr<PyValue> value = multiprocessing::Unpickle(guard->view());
  absl::Status whole = guard->Done();
  if (!whole.ok()) return whole;
  if (!value.ok()) return value.status();
  session.Print(value->ToString());
  return absl::OkStatus();
}

constexpr Command kCommands[] = {
    {"channel NAME NAME", "makes two ends of a connection, as Python's multiprocessing.Pipe",
     Channel},
    {"connection NAME ADDRESS [KEY]",
     "connects to a Listener of Python's multiprocessing, or of this library", Connect},
    {"send CONNECTION VALUE", "sends None, True, False, 12, 1.5, text or \"text\" as a pickle",
     Send},
    {"receive CONNECTION [TIME]",
     "waits for a value, for 10s if no time is given, and prints it\n\n"
     "As Python's repr. Objects are shown as the names that their pickle has; nothing is executed.",
     Receive},
    {"unpickle PATH", "prints the value in a file, and executes nothing of it", ShowPickle},
};

}  // namespace

absl::Span<const Command> ConnectionCommands() { return kCommands; }

}  // namespace someos::shell
