// The facade of Python's values and their pickles.
// api/multiprocessing/pickle/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_H_

#include "someos/api/multiprocessing/pickle/pickle.h"    // IWYU pragma: export
#include "someos/api/multiprocessing/pickle/unpickle.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/value/py_value.h"   // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_H_
