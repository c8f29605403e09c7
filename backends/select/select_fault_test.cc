#include "someos/backends/select/select_faults.h"
#include "someos/testing/poller/fault_tests.h"

namespace someos {
namespace {

SOMEOS_FAULT_TESTS(Select, FaultySelect);

}  // namespace
}  // namespace someos
