#include "someos/backends/lock_semaphore/semaphore_lock.h"
#include "someos/testing/lock/conformance.h"

namespace someos::multiprocessing {
namespace {

SOMEOS_LOCK_CONFORMANCE_TESTS(Semaphore, SemaphoreLockBackend);

}  // namespace
}  // namespace someos::multiprocessing
