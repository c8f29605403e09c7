#include "someos/api/multiprocessing/pool/pool_worker.h"

#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/pool/function_message.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/process_spawn/spawn_program.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::multiprocessing {
namespace {

using pool::CallKind;
using pool::FunctionCall;

std::atomic<bool>& Called() {
  static std::atomic<bool> called{false};
  return called;
}

absl::StatusOr<PyValue> CallOne(const NamedFunctions::Function& function, PyValue args,
                                PyValue kwargs) {
  if (kwargs.is_none()) kwargs = *PyValue::Dict({});
  const absl::StatusOr<Arguments> arguments = Arguments::Create(std::move(args), std::move(kwargs));
  if (!arguments.ok()) return arguments.status();
  absl::StatusOr<PyValue> result;
  const std::optional<thread_base::Failure> thrown =
      thread_base::CallAndCatch([&] { result = function(*arguments); });
  if (thrown.has_value()) return thrown->ToStatus();
  return result;
}

absl::StatusOr<PyValue> CallAll(const NamedFunctions::Function& function,
                                const FunctionCall& call) {
  if (call.kind == CallKind::kCall) return CallOne(function, call.arguments, call.kwargs);
  const absl::StatusOr<absl::Span<const PyValue>> items = call.arguments.AsItems();
  if (!items.ok()) return items.status();
  std::vector<PyValue> results;
  results.reserve(items->size());
  for (const PyValue& item : *items) {
    absl::StatusOr<PyValue> result =
        CallOne(function, call.kind == CallKind::kMap ? PyValue::Tuple({item}) : item, PyValue());
    if (!result.ok()) return result.status();
    results.push_back(*std::move(result));
  }
  return PyValue::List(std::move(results));
}

absl::StatusOr<PyValue> Call(const NamedFunctions& functions,
                             const absl::StatusOr<FunctionCall>& call) {
  if (!call.ok()) return call.status();
  if (call->function.empty()) return PyValue();
  const NamedFunctions::Function* const function = functions.Find(call->function);
  if (function != nullptr) return CallAll(*function, *call);
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
