// Python's iteration, indexing and order of plain values. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_VALUE_ITEMS_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_VALUE_ITEMS_H_

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/mmap/slice.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// Of so many items at most, a request may ask for more than it has sent: 128 MiB in a list, and
// about 0.5 GiB if they are the characters of a str.
inline constexpr int64_t kMostItemsMade = int64_t{1} << 22;

// The MemoryError for more.
absl::Status TooManyItems();

// What Python's list(value) contains. A TypeError if it is not iterable, a MemoryError for a str,
// bytes or range of more than kMostItemsMade.
absl::StatusOr<std::vector<PyValue>> ListOf(const PyValue& value);

// The place that an index names in a sequence of `size`. An IndexError with `error` if there is
// none, a TypeError if it is no int, for a sequence of class `name`.
absl::StatusOr<size_t> PlaceOf(const PyValue& index, size_t size, absl::string_view name,
                               absl::string_view error);

// What is between the brackets of sequence[...]: an index's place, or the items of a slice object.
using Subscript = std::variant<size_t, mmap::SliceItems>;

// Errors are those of PlaceOf, and a ValueError: the slice's step is 0.
absl::StatusOr<Subscript> SubscriptOf(const PyValue& subscript, size_t size, absl::string_view name,
                                      absl::string_view error);

// The items that Python 2's __getslice__(i, j) and its relatives name: the first two arguments.
absl::StatusOr<mmap::SliceItems> OldSliceOf(absl::string_view method, const Arguments& arguments,
                                            size_t size, size_t arguments_count);

// Whether a < b, of numbers, strs, bytes, tuples and lists. A TypeError for others.
absl::StatusOr<bool> IsLess(const PyValue& a, const PyValue& b);

// The places of the values in ascending or, if `reverse`, descending order; equal ones keep theirs.
// Safe also for values without a consistent order, such as NaN. A TypeError as IsLess.
absl::StatusOr<std::vector<size_t>> SortedOrder(const std::vector<PyValue>& values, bool reverse);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_VALUE_ITEMS_H_
