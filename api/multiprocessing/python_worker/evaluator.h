// Runs what Python asks for: registered functions, and what Python's map wraps around them. Private
// to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EVALUATOR_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EVALUATOR_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

class Evaluator {
 public:
  // `functions` must outlive it. `program` is named in errors.
  Evaluator(const NamedFunctions& functions, std::string program)
      : functions_(functions), program_(std::move(program)) {}

  // What callable(*args, **kwargs) returns: of a registered function; of functools.partial objects
  // as multiprocessing pickles them; of Pool's mapstar and starmapstar, and the executor's
  // _process_chunk, with such callables.
  //
  // Errors of the function. AttributeError (kNotFound): there is no such function; the message has
  // the names of those that there are. TypeError: not callable here; wrong arguments.
  absl::StatusOr<PyValue> Call(const PyValue& callable, const PyValue& args,
                               const PyValue& kwargs) const;

  const std::string& program() const { return program_; }

 private:
  absl::StatusOr<PyValue> CallGlobal(const PyValue& global, const PyValue& args,
                                     const PyValue& kwargs) const;
  absl::StatusOr<PyValue> CallEach(const PyValue& callable, const PyValue& items,
                                   bool unpack) const;
  absl::Status NoFunction(const PyValue& global) const;

  const NamedFunctions& functions_;
  const std::string program_;
};

// The text behind an exception that says where it comes from, as both kinds of pools show it.
std::string RemoteTraceback(const PyValue& callable, absl::string_view program,
                            const absl::Status& status);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_EVALUATOR_H_
