// The facade of multiprocessing's logging. api/multiprocessing/logging/README.md maps Python's
// names to these, and lists what is reported.

#ifndef SOMEOS_API_MULTIPROCESSING_LOGGING_H_
#define SOMEOS_API_MULTIPROCESSING_LOGGING_H_

#include "someos/api/multiprocessing/logging/log_level.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/logging/logger.h"     // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_LOGGING_H_
