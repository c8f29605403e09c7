#include "someos/api/multiprocessing/pool/pool_worker.h"

#include <atomic>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/pool/call_function.h"
#include "someos/api/multiprocessing/pool/function_message.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/process_spawn/spawn_program.h"

namespace someos::multiprocessing {
namespace {

using pool::FunctionCall;

std::atomic<bool>& Called() {
  static std::atomic<bool> called{false};
  return called;
}

absl::StatusOr<PyValue> Call(const NamedFunctions& functions,
                             const absl::StatusOr<FunctionCall>& call) {
  if (!call.ok()) return call.status();
  if (call->function.empty()) return PyValue();
  const NamedFunctions::Function* const function = functions.Find(call->function);
  if (function != nullptr) {
    return pool::CallFunction(*function, call->kind, call->arguments, call->kwargs);
  }
  return PlainStatus(absl::StatusCode::kNotFound,
                     absl::StrCat("no function '", call->function, "' is registered"));
}

// Until the pool closes the connection.
absl::Status Serve(Connection connection, const NamedFunctions& functions) {
  absl::Status status = connection.SendBytes(pool::FunctionWorkerHello());
  bool set_up = false;
  while (status.ok()) {
    const absl::StatusOr<std::string> message = connection.ReceiveBytes();
    if (!message.ok()) return message.status();
    const absl::StatusOr<PyValue> result =
        Call(functions,
             std::exchange(set_up, true) ? pool::ReadTask(*message) : pool::ReadSetup(*message));
    status = connection.SendBytes(pool::WriteResult(result));
  }
  return status;
}

}  // namespace

void RunAsPoolWorker(int argc, char** argv, const NamedFunctions& functions) {
  Called() = true;
  if (argc != 2 || argv[1] != pool::kWorkerArgument) return;
  absl::StatusOr<Connection> connection = Connection::Of(kFirstChildDescriptor);
  if (connection.ok()) (void)Serve(*std::move(connection), functions);
  std::exit(0);
}

bool pool::RunsAsPoolWorker() { return Called(); }

}  // namespace someos::multiprocessing
