// The types of Python's SyncManager.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_SYNC_TYPES_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_SYNC_TYPES_H_

#include "someos/api/multiprocessing/managers/managed_type.h"

namespace someos::multiprocessing {

// Queue, JoinableQueue, Event, Lock, RLock, Semaphore, BoundedSemaphore, Condition, Barrier, list,
// dict, Value, Array, Namespace, and Iterator, which dict's __iter__ returns: all but Pool. Their
// methods are those that the proxies of Python 2.7 and 3 call.
ManagedTypes SyncTypes();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_SYNC_TYPES_H_
