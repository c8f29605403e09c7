// Vectors that grow slowly, to save memory.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SLOW_GROWTH_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SLOW_GROWTH_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace someos::poller_base {

// Gives `vector` capacity for `size` elements. It grows by a sixteenth (plus 8), where the
// standard library doubles the capacity; with many registered descriptors this saves memory. While
// they are registered, each element is moved seventeen times on average, which is little compared
// with a system call for each.
template <typename T>
void ReserveSlowly(std::vector<T>& vector, size_t size) {
  if (size <= vector.capacity()) return;
  vector.reserve(std::max(size, vector.capacity() + vector.capacity() / 16 + 8));
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SLOW_GROWTH_H_
