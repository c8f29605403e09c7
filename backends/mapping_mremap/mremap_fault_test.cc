#include "someos/backends/mapping_mremap/mremap_mapping.h"
#include "someos/testing/mapping/fault_tests.h"

namespace someos {
namespace {

SOMEOS_MAPPING_FAULT_TESTS(Mremap, MremapMechanism);

}  // namespace
}  // namespace someos
