// The sets of select(2), for descriptors of any number.

#ifndef SOMEOS_BACKENDS_BASE_DESCRIPTOR_BITMAP_H_
#define SOMEOS_BACKENDS_BASE_DESCRIPTOR_BITMAP_H_

#include <sys/select.h>

#include <climits>
#include <cstddef>

#include "absl/container/inlined_vector.h"

namespace someos::base {

// A bitmap for descriptors of any value: an array of fd_set. They have no padding, so the kernel
// sees one long set, and the argument checks of FD_SET are satisfied.
class DescriptorBitmap {
 public:
  static_assert(sizeof(fd_set) * CHAR_BIT == FD_SETSIZE);

  // For the descriptors up to `highest`, without any of them. Empty if `highest` is negative.
  explicit DescriptorBitmap(int highest)
      : sets_(highest < 0 ? 0 : static_cast<size_t>(highest) / FD_SETSIZE + 1) {
    Clear();
  }

  void Clear() {
    for (fd_set& set : sets_) FD_ZERO(&set);
  }
  void Add(int fd) { FD_SET(fd % FD_SETSIZE, &sets_[fd / FD_SETSIZE]); }
  bool Has(int fd) const { return FD_ISSET(fd % FD_SETSIZE, &sets_[fd / FD_SETSIZE]); }

  // For the system call: nullptr if it is empty.
  fd_set* data() { return sets_.empty() ? nullptr : sets_.data(); }

 private:
  absl::InlinedVector<fd_set, 1> sets_;
};

}  // namespace someos::base

#endif  // SOMEOS_BACKENDS_BASE_DESCRIPTOR_BITMAP_H_
