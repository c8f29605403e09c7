// The facade of processes: Python's Process, contexts and what they need.
// api/multiprocessing/process/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_H_

#include "someos/api/multiprocessing/process/cpu_count.h"        // IWYU pragma: export
#include "someos/api/multiprocessing/process/current_process.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/process/freeze_support.h"   // IWYU pragma: export
#include "someos/api/multiprocessing/process/functions.h"        // IWYU pragma: export
#include "someos/api/multiprocessing/process/parent_process.h"   // IWYU pragma: export
#include "someos/api/multiprocessing/process/process.h"          // IWYU pragma: export
#include "someos/api/multiprocessing/process/start_methods.h"    // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_H_
