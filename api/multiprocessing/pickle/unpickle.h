// Reads pickles: protocols 0 to 5, as Python 2.7 to 3.14 write them.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_UNPICKLE_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_UNPICKLE_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// What a str of Python 2, which may be text or data, becomes.
enum class Python2Str {
  kStrIfAscii,  // str if it is ASCII, otherwise bytes: nothing fails, nothing is lost
  kAscii,       // str; a ValueError if it is not ASCII. Python 3's default
  kLatin1,      // str, as encoding="latin1"
  kBytes,       // bytes, as encoding="bytes"
};

struct UnpickleOptions {
  Python2Str python2_str = Python2Str::kStrIfAscii;
  // Levels of values; at most kMaxUnpickleDepth.
  size_t max_depth = 100;
  // Bytes that the value takes, estimated from above. A pickle of N bytes takes at most 168 * N.
  size_t max_memory = size_t{1} << 30;
  // Values that the pickle makes or refers to, and what comparing a dict's keys adds to that.
  size_t max_nodes = size_t{1} << 25;
};

inline constexpr size_t kMaxUnpickleDepth = 5000;

// The value of a pickle. Executes nothing: a global is a name, and what would be called becomes an
// object, except for the calls by which Pickle and Python write bytes, bytearrays, sets, frozensets
// and lists. Names of protocols 0 to 2 are translated to Python 3's. What occurs several times in
// a pickle is shared in the value.
//
// Takes no more memory than max_memory, whatever lengths the pickle claims, and stack that does not
// depend on it.
//
// The message says what is wrong and where: "pickle data was truncated (offset 17)".
// - kInvalidArgument (UnpicklingError, ValueError, TypeError): no pickle, cut off, or followed by
//   something else; options beyond their limits.
// - kResourceExhausted: beyond one of the limits.
// - kUnimplemented: what has no place in a value: cycles, persistent ids, codes of Python's
// extension
//   registry, out-of-band buffers.
absl::StatusOr<PyValue> Unpickle(absl::string_view pickle, const UnpickleOptions& options = {});

// The same for the first of several pickles that follow each other; removes it from `pickles`,
// which an error leaves as it was.
absl::StatusOr<PyValue> UnpickleFirst(absl::string_view& pickles,
                                      const UnpickleOptions& options = {});

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_UNPICKLE_H_
