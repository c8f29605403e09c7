#include "someos/backends/mapping_base/page_geometry.h"

#include <unistd.h>

#include <cstddef>

namespace someos::mapping_base {

size_t PageSize() {
  static const size_t kPageSize = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return kPageSize;
}

}  // namespace someos::mapping_base
