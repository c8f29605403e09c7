// The facade of memory that processes share, and lists in it.
// api/multiprocessing/shared_memory/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_H_
#define SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_H_

#include "someos/api/multiprocessing/shared_memory/shareable_list.h"         // IWYU pragma: export
#include "someos/api/multiprocessing/shared_memory/shared_memory.h"          // IWYU pragma: export
#include "someos/api/multiprocessing/shared_memory/shared_memory_manager.h"  // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_SHARED_MEMORY_H_
