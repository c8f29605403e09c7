// Values as text that peer.py makes as well.

#ifndef SOMEOS_TESTING_INTEROP_PICKLE_CANONICAL_TEXT_H_
#define SOMEOS_TESTING_INTEROP_PICKLE_CANONICAL_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>

#include "someos/api/multiprocessing/value/py_value.h"

namespace someos {

// Types, numbers and text exactly; dicts and sets in the order of their keys' texts. Empty if the
// value contains a global or an object, which have no such text, or if it would take more than
// `limit` bytes, as it may with shared parts.
std::optional<std::string> CanonicalText(const multiprocessing::PyValue& value,
                                         size_t limit = size_t{1} << 24);

}  // namespace someos

#endif  // SOMEOS_TESTING_INTEROP_PICKLE_CANONICAL_TEXT_H_
