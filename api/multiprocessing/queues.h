// The facade of queues between processes. api/multiprocessing/queues/README.md is their page.

#ifndef SOMEOS_API_MULTIPROCESSING_QUEUES_H_
#define SOMEOS_API_MULTIPROCESSING_QUEUES_H_

#include "someos/api/multiprocessing/queues/joinable_queue.h"  // IWYU pragma: export
#include "someos/api/multiprocessing/queues/queue.h"           // IWYU pragma: export
#include "someos/api/multiprocessing/queues/shared_queue.h"    // IWYU pragma: export
#include "someos/api/multiprocessing/queues/simple_queue.h"    // IWYU pragma: export

#endif  // SOMEOS_API_MULTIPROCESSING_QUEUES_H_
