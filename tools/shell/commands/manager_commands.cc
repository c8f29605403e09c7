#include "someos/tools/shell/commands/manager_commands.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers.h"
#include "someos/tools/shell/commands/managed.h"
#include "someos/tools/shell/commands/value.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

using multiprocessing::Address;
using multiprocessing::ManagerClient;
using multiprocessing::ManagerServer;
using multiprocessing::Proxy;
using multiprocessing::PyValue;

absl::Status Serve(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Address> address = session.AddressOf(arguments[1].text);
  if (!address.ok()) return address.status();
  absl::StatusOr<std::unique_ptr<ManagerServer>> server =
      ManagerServer::Create(*address, arguments[2].text, multiprocessing::SyncTypes());
  if (!server.ok()) return server.status();
  return session.Add(arguments[0].text, std::make_unique<Server>(*std::move(server)));
}

absl::Status ConnectManager(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Address> address = session.AddressOf(arguments[1].text);
  if (!address.ok()) return address.status();
  absl::StatusOr<ManagerClient> client = ManagerClient::Connect(*address, arguments[2].text);
  if (!client.ok()) return client.status();
  return session.Add(arguments[0].text, std::make_unique<Manager>(*std::move(client), *address));
}

absl::Status Create(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<Manager*> manager = session.objects().Find<Manager>(arguments[1].text);
  if (!manager.ok()) return manager.status();
  CallArguments values = CallArgumentsOf(arguments.subspan(3));
  absl::StatusOr<Proxy> proxy =
      (*manager)->client().Create(arguments[2].text, std::move(values.positional), values.keywords);
  if (!proxy.ok()) return proxy.status();
  return session.Add(arguments[0].text,
                     std::make_unique<Managed>(*std::move(proxy), arguments[2].text));
}

absl::Status Call(Session& session, Arguments arguments) {
  const absl::StatusOr<Managed*> object = session.objects().Find<Managed>(arguments[0].text);
  if (!object.ok()) return object.status();
  CallArguments values = CallArgumentsOf(arguments.subspan(2));
  const absl::StatusOr<PyValue> result =
      (*object)->proxy().Call(arguments[1].text, std::move(values.positional), values.keywords);
  if (!result.ok()) return result.status();
  if (!result->is_none()) session.Print(result->ToString());
  return absl::OkStatus();
}

constexpr Command kCommands[] = {
    {"serve NAME ADDRESS KEY",
     "starts a manager's server in a thread\n\n"
     "It has the types of Python's SyncManager: Python connects with\n"
     "SyncManager((HOST, PORT), authkey=KEY).connect(). Whoever knows the key may use it.",
     Serve},
    {"manager NAME ADDRESS KEY",
     "connects to a manager's server\n\n"
     "In Python, or one of serve, whose name may stand for its address.",
     ConnectManager},
    {"create NAME MANAGER TYPE [VALUE...]",
     "makes an object in a manager's server\n\n"
     "TYPE is what the server has registered: Queue, dict, Lock. VALUE: None, True, False, 12, "
     "1.5,\n"
     "text, \"text\"; name=VALUE for keyword arguments.",
     Create},
    {"call MANAGED METHOD [VALUE...]",
     "calls a method of an object in a manager's server, and prints the result\n\n"
     "As Python's repr, and nothing for None. The shell waits as long as the method takes.",
     Call},
};

}  // namespace

absl::Span<const Command> ManagerCommands() { return kCommands; }

}  // namespace someos::shell
