#include "someos/api/multiprocessing/managers/types/sync_types.h"

#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/types/array_object.h"
#include "someos/api/multiprocessing/managers/types/barrier_object.h"
#include "someos/api/multiprocessing/managers/types/condition_object.h"
#include "someos/api/multiprocessing/managers/types/dict_object.h"
#include "someos/api/multiprocessing/managers/types/event_object.h"
#include "someos/api/multiprocessing/managers/types/iterator_object.h"
#include "someos/api/multiprocessing/managers/types/list_object.h"
#include "someos/api/multiprocessing/managers/types/lock_object.h"
#include "someos/api/multiprocessing/managers/types/namespace_object.h"
#include "someos/api/multiprocessing/managers/types/queue_object.h"
#include "someos/api/multiprocessing/managers/types/semaphore_object.h"
#include "someos/api/multiprocessing/managers/types/value_object.h"

namespace someos::multiprocessing {

ManagedTypes SyncTypes() {
  ManagedTypes types;
  types.Register(internal::QueueType());
  types.Register(internal::JoinableQueueType());
  types.Register(internal::EventType());
  types.Register(internal::LockType());
  types.Register(internal::RLockType());
  types.Register(internal::SemaphoreType());
  types.Register(internal::BoundedSemaphoreType());
  types.Register(internal::ConditionType());
  types.Register(internal::BarrierType());
  types.Register(internal::ListType());
  types.Register(internal::DictType());
  types.Register(internal::ValueType());
  types.Register(internal::ArrayType());
  types.Register(internal::NamespaceType());
  types.Register(internal::IteratorType());
  return types;
}

}  // namespace someos::multiprocessing
