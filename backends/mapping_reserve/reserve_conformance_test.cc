#include "someos/backends/mapping_reserve/reserve_mapping.h"
#include "someos/testing/mapping/conformance.h"

namespace someos {
namespace {

SOMEOS_MAPPING_CONFORMANCE_TESTS(Reserve, ReserveMappingBackend);

}  // namespace
}  // namespace someos
