#include "someos/backends/kqueue/kqueue_faults.h"
#include "someos/testing/poller/fault_tests.h"

namespace someos {
namespace {

SOMEOS_FAULT_TESTS(Kqueue, FaultyKqueue);

}  // namespace
}  // namespace someos
