#include "someos/backends/lock_robust/robust_lock.h"
#include "someos/testing/lock/conformance.h"

namespace someos::multiprocessing {
namespace {

SOMEOS_LOCK_CONFORMANCE_TESTS(Robust, RobustLockBackend);

}  // namespace
}  // namespace someos::multiprocessing
