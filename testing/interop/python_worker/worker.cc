// The worker in C++ of python_worker_interop_test: functions that succeed, fail and end in all
// ways.

#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/python_worker.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

PyValue& Stored() {
  static PyValue* const stored = new PyValue();
  return *stored;
}

absl::StatusOr<PyValue> Square(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("square", {"x"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<int64_t> x = (*bound)[0]->AsInt();
  if (!x.ok()) return x.status();
  return PyValue(*x * *x);
}

// The arguments as they have arrived.
absl::StatusOr<PyValue> Echo(const Arguments& arguments) {
  const absl::Span<const PyValue> args = arguments.positional();
  const absl::Span<const PyValue> kwargs = arguments.keywords();
  return PyValue::List({PyValue::Tuple(std::vector<PyValue>(args.begin(), args.end())),
                        PyValue::Tuple(std::vector<PyValue>(kwargs.begin(), kwargs.end()))});
}

absl::StatusOr<PyValue> Fail(const Arguments& arguments) {
  const std::string kind =
      arguments.positional().empty() ? "" : std::string(*arguments.positional()[0].AsStr());
  if (kind == "LookupError") return PythonException("builtins", "LookupError", "looked up");
  if (kind == "OSError") return ErrnoStatus(2, "open /nowhere");
  if (kind == "not UTF-8") return absl::InvalidArgumentError("\xff is no text");
#ifdef ABSL_HAVE_EXCEPTIONS
  if (kind == "throw") throw std::runtime_error("thrown");
#endif
  return absl::InvalidArgumentError("wrong value");
}

absl::StatusOr<PyValue> NotPicklable(const Arguments&) { return PyValue::Str("\xff"); }

absl::StatusOr<PyValue> Zeros(const Arguments& arguments) {
  return PyValue::Bytes(std::string(static_cast<size_t>(*arguments.positional()[0].AsInt()), '\0'));
}

absl::StatusOr<PyValue> Store(const Arguments& arguments) {
  Stored() = arguments.positional()[0];
  return PyValue();
}

absl::StatusOr<PyValue> Load(const Arguments&) { return Stored(); }

absl::StatusOr<PyValue> ProcessId(const Arguments&) {
  return PyValue(static_cast<int64_t>(getpid()));
}

absl::StatusOr<PyValue> Die(const Arguments&) {
  kill(getpid(), SIGKILL);
  return PyValue();
}

void RegisterAll(NamedFunctions& functions) {
  functions.Register("functions.square", Square);
  functions.Register("functions.echo", Echo);
  functions.Register("fail", Fail);  // whatever the module
  functions.Register("functions.not_picklable", NotPicklable);
  functions.Register("functions.zeros", Zeros);
  functions.Register("functions.store", Store);
  functions.Register("functions.load", Load);
  functions.Register("functions.process_id", ProcessId);
  functions.Register("functions.die", Die);
}

}  // namespace
}  // namespace someos::multiprocessing

int main(int argc, char** argv) {
  someos::multiprocessing::NamedFunctions functions;
  someos::multiprocessing::RegisterAll(functions);
  const std::optional<int> code = someos::multiprocessing::RunAsPythonWorker(argc, argv, functions);
  if (code.has_value()) return *code;
  std::cout << "not started by Python\n";
  return 3;
}
