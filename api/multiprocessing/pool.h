// Pools: functions called in other processes, several at a time. api/multiprocessing/pool/README.md
// maps Python's names to these.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_H_

#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/pool/async_result.h"
#include "someos/api/multiprocessing/pool/imap_iterator.h"
#include "someos/api/multiprocessing/pool/pool.h"
#include "someos/api/multiprocessing/pool/pool_function.h"
#include "someos/api/multiprocessing/pool/pool_options.h"
#include "someos/api/multiprocessing/pool/pool_worker.h"
#include "someos/api/multiprocessing/pool/remote_traceback.h"
#include "someos/api/multiprocessing/pool/worker_pool.h"
#include "someos/api/multiprocessing/value/py_value.h"

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_H_
