#include "someos/backends/mapping_reserve/reserve_mapping.h"
#include "someos/testing/mapping/fault_tests.h"

namespace someos {
namespace {

SOMEOS_MAPPING_FAULT_TESTS(Reserve, ReserveMechanism);

}  // namespace
}  // namespace someos
