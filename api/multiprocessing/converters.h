// The facade of C++ types of the objects in pickles, and objects of C++ types.
// api/multiprocessing/pickle/README.md#converters has the list.

#ifndef SOMEOS_API_MULTIPROCESSING_CONVERTERS_H_
#define SOMEOS_API_MULTIPROCESSING_CONVERTERS_H_

#include "someos/api/multiprocessing/converters/py_converters.h"        // IWYU pragma: export
#include "someos/api/multiprocessing/converters/py_datetime.h"          // IWYU pragma: export
#include "someos/api/multiprocessing/converters/standard_converters.h"  // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_CONVERTERS_H_
