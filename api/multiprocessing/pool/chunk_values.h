// What a worker has made of a map's chunk. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_CHUNK_VALUES_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_CHUNK_VALUES_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::pool {

// The values of a chunk of `count` items, valid as long as `result`. kInternal: a worker has sent
// something else.
inline absl::StatusOr<absl::Span<const PyValue>> ChunkValues(const PyValue& result, size_t count) {
  absl::StatusOr<absl::Span<const PyValue>> values = result.AsItems();
  if (values.ok() && values->size() == count) return values;
  return PlainStatus(absl::StatusCode::kInternal,
                     absl::StrCat("pool: a worker has not sent ", count, " results of a chunk"));
}

}  // namespace someos::multiprocessing::pool

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_CHUNK_VALUES_H_
