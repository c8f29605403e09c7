#include "someos/backends/mapping_mremap/mremap_placement.h"

#include <cerrno>
#include <cstddef>

#include "someos/backends/mapping_base/source.h"

namespace someos {

MremapPlacement::~MremapPlacement() {
  if (begin() == nullptr) return;
  const int saved = errno;
  system().Unmap(begin(), length());
  errno = saved;
}

int MremapPlacement::Map(const mapping_base::Source& source, size_t length) {
  void* const mapped = source.Map(system(), 0, length);
  if (mapped == nullptr) return errno;
  Set(mapped, length);
  return 0;
}

int MremapPlacement::Grow(const mapping_base::Source& source, size_t length) {
  void* const mapped = system().Remap(begin(), this->length(), length);
  if (mapped == nullptr) return errno == EFAULT ? MapAnew(source, length) : errno;
  Set(mapped, length);
  return 0;
}

// mremap(2) takes no range whose parts differ, for example in advice that was given about them.
int MremapPlacement::MapAnew(const mapping_base::Source& source, size_t length) {
  void* const mapped = source.Map(system(), 0, length);
  if (mapped == nullptr) return errno;
  const int error = CopyTo(mapped, source);
  if (error != 0) {
    system().Unmap(mapped, length);
    return error;
  }
  system().Unmap(begin(), this->length());
  Set(mapped, length);
  return 0;
}

void MremapPlacement::Shrink(size_t length) {
  if (length >= this->length()) return;
  if (system().Unmap(begin() + length, this->length() - length) == 0) Set(begin(), length);
}

}  // namespace someos
