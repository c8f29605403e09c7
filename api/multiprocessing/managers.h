// Managers: objects in a server, which other processes, in Python or in C++, use through proxies.
// api/multiprocessing/managers/README.md maps Python's names to these.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_H_

// The server.
#include "someos/api/multiprocessing/managers/managed_class.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/only_one.h"
#include "someos/api/multiprocessing/managers/server.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"

// The client.
#include "someos/api/multiprocessing/managers/manager_client.h"
#include "someos/api/multiprocessing/managers/proxy.h"

// Both.
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/serializer.h"
#include "someos/api/multiprocessing/value/py_value.h"

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_H_
