// The facade of objects in memory that processes share: Python's multiprocessing.sharedctypes, and
// its Value and Array. api/multiprocessing/shared_memory/README.md maps Python's names to the C++
// names.

#ifndef SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_H_
#define SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_H_

#include "someos/api/multiprocessing/sharedctypes/raw_value.h"     // IWYU pragma: export
#include "someos/api/multiprocessing/sharedctypes/synchronized.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/sharedctypes/type_code.h"     // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_SHAREDCTYPES_H_
