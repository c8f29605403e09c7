#include "someos/backends/mapping_base/placement.h"

#include <cerrno>
#include <cstring>

#include "someos/backends/mapping_base/source.h"

namespace someos::mapping_base {

int Placement::CopyTo(void* begin, const Source& source) const {
  if (source.shared) return 0;
  // Pages of a file that were changed for this process alone cannot be told from those that were
  // not, and may be lost.
  if (source.fd >= 0) return EOPNOTSUPP;
  std::memcpy(begin, begin_, length_);
  return 0;
}

}  // namespace someos::mapping_base
