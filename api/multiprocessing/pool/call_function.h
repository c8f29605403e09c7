// Calls a function in C++ as a pool is asked to. Private to this package and to the pools.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_CALL_FUNCTION_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_CALL_FUNCTION_H_

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// `arguments` are what Job::Chunk returns: those of a call, whose result this returns, or the items
// of a map, of which it returns the list of results or the first error. `kwargs` is a dict or None.
// An exception that leaves the function is kUnknown, where exceptions are compiled in.
absl::StatusOr<PyValue> CallFunction(const NamedFunctions::Function& function, CallKind kind,
                                     const PyValue& arguments, const PyValue& kwargs);

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_CALL_FUNCTION_H_
