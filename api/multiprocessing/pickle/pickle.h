// Writes pickles.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_H_

#include <string>

#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

enum class PickleDialect {
  kAll,      // protocol 2, which Python 2.7 to 3.14 read. In 2.7 str is unicode, bytes is str
  kPython2,  // the same in fewer bytes, because bytes are str of Python 2. For 2.7 alone: Python 3
             // reads such bytes as text
  kPython3,  // protocol 4, for Python 3.4 and later
};

struct PickleOptions {
  PickleDialect dialect = PickleDialect::kAll;
};

// A pickle of `value`. Shared parts are written once.
//
// kInvalidArgument: a str or a name that is no UTF-8; parts of objects of wrong types; what the
// dialect cannot express, which in protocol 2 are keyword arguments of __new__, nested names
// ("Outer.Inner") and text or bytes of 4 GiB and more.
absl::StatusOr<std::string> Pickle(const PyValue& value, const PickleOptions& options = {});

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_H_
