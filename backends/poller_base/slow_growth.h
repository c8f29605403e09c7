// Vectors that stay close to what they hold.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_SLOW_GROWTH_H_
#define SOMEOS_BACKENDS_POLLER_BASE_SLOW_GROWTH_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace someos::poller_base {

// Gives `vector` room for `size` elements: an eighth more than it had (and 8), where the
// standard library takes twice as much. With many descriptors registered that is what counts; an
// element is moved nine times on average while they are, which is little beside a system call each.
template <typename T>
void ReserveSlowly(std::vector<T>& vector, size_t size) {
  if (size <= vector.capacity()) return;
  vector.reserve(std::max(size, vector.capacity() + vector.capacity() / 8 + 8));
}

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_SLOW_GROWTH_H_
