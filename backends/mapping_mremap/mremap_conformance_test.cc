#include "someos/backends/mapping_mremap/mremap_mapping.h"
#include "someos/testing/mapping/conformance.h"

namespace someos {
namespace {

SOMEOS_MAPPING_CONFORMANCE_TESTS(Mremap, MremapMappingBackend);

}  // namespace
}  // namespace someos
