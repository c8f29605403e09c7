// Hashes of values: equal values have equal ones. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_PY_HASH_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_PY_HASH_H_

#include <cstddef>

#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// Never 0. Containers remember it, so that shared ones are hashed once.
size_t HashOf(const PyValue& value);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_PY_HASH_H_
