// What a worker in C++ reads and answers. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_FUNCTION_MESSAGE_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_FUNCTION_MESSAGE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// The messages of worker_message.h from the other side. Their errors are those of Unpickle, and
// kInternal: the pool has sent something else.

// For (3, 4): pickles of protocol 4 are read.
std::string FunctionWorkerHello();

struct FunctionCall {
  CallKind kind = CallKind::kCall;
  std::string function = {};  // empty: there is nothing to be done
  PyValue arguments = {};
  PyValue kwargs = {};
};
// The call of the initializer, with an empty name if there is none.
absl::StatusOr<FunctionCall> ReadSetup(absl::string_view message);
absl::StatusOr<FunctionCall> ReadTask(absl::string_view message);

// The answer. A result that cannot be pickled is an error in its place.
std::string WriteResult(const absl::StatusOr<PyValue>& result);

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_FUNCTION_MESSAGE_H_
