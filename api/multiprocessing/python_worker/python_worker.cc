#include "someos/api/multiprocessing/python_worker/python_worker.h"

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/process/current_process.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/executor_messages.h"
#include "someos/api/multiprocessing/python_worker/executor_worker.h"
#include "someos/api/multiprocessing/python_worker/interpreter.h"
#include "someos/api/multiprocessing/python_worker/launch.h"
#include "someos/api/multiprocessing/python_worker/pool_messages.h"
#include "someos/api/multiprocessing/python_worker/pool_worker.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/api/multiprocessing/python_worker/spawn_pipe.h"
#include "someos/backends/worker_process/parent_process.h"
#include "someos/backends/worker_process/this_program.h"

namespace someos::multiprocessing {
namespace {

using internal::Evaluator;
using internal::Launch;
using internal::SpawnMessage;
using worker_process::ParentProcess;

int ExitCode(const absl::Status& status, absl::string_view program, absl::string_view process) {
  if (status.ok()) return 0;
  const std::string line = absl::StrCat(program, process.empty() ? "" : ", as ", process, ": ",
                                        ExceptionText(status), "\n");
  std::fputs(line.c_str(), stderr);
  std::fflush(stderr);
  return 1;
}

absl::Status Serve(const SpawnMessage& message, const Evaluator& evaluator,
                   const ParentProcess& parent) {
  if (internal::IsPoolWorker(message.target)) {
    return internal::WorkForPool(message, evaluator, parent);
  }
  if (internal::IsExecutorWorker(message.target)) {
    return internal::WorkForExecutor(message, evaluator, parent);
  }
  return evaluator.Call(message.target, message.args, message.kwargs).status();
}

int Work(const Launch& launch, const Evaluator& evaluator, const ParentProcess& parent) {
  absl::Status status = worker_process::SetCloseOnExec(launch.pipe);
  if (status.ok() && launch.tracker >= 0) status = worker_process::SetCloseOnExec(launch.tracker);
  if (!status.ok()) return ExitCode(status, evaluator.program(), "");
  const absl::StatusOr<SpawnMessage> message = internal::ReceiveSpawnMessage(launch.pipe);
  if (!message.ok()) return ExitCode(message.status(), evaluator.program(), "");
  if (!message->authkey.empty()) CurrentProcess().SetAuthkey(message->authkey);
  return ExitCode(Serve(*message, evaluator, parent), evaluator.program(), message->name);
}

}  // namespace

std::optional<int> RunAsPythonWorker(int argc, const char* const* argv,
                                     const NamedFunctions& functions,
                                     const PythonWorkerOptions& options) {
  const ParentProcess parent;
  const std::vector<std::string> arguments(argv, argv + argc);
  const std::string program = arguments.empty() ? "worker" : arguments[0];
  const absl::StatusOr<Launch> launch = internal::ReadLaunch(arguments);
  if (!launch.ok()) return ExitCode(launch.status(), program, "");
  switch (launch->kind) {
    case Launch::Kind::kByOthers:
      return std::nullopt;
    case Launch::Kind::kInterpreter:
      return ExitCode(internal::BecomeInterpreter(arguments, options.python, parent), program, "");
    case Launch::Kind::kWorker:
      break;
  }
  return Work(*launch, Evaluator(functions, program), parent);
}

}  // namespace someos::multiprocessing
