// What most classes are pickled as: a call. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_CONVERTERS_CALL_ARGS_H_
#define SOMEOS_API_MULTIPROCESSING_CONVERTERS_CALL_ARGS_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// The arguments of an object that is made by a call with `min` to `max` of them and by nothing
// else, valid as long as `parts.args`. kInvalidArgument if it is another one.
absl::StatusOr<absl::Span<const PyValue>> CallArgs(const PyObjectParts& parts, size_t min,
                                                   size_t max);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_CONVERTERS_CALL_ARGS_H_
