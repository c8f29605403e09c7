// The descriptors of a poll object: a map from descriptor to mask that keeps the insertion order.

#ifndef SOMEOS_BACKENDS_POLL_POLL_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_POLL_POLL_REGISTRATIONS_H_

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

namespace someos::select::internal {

// Memory use depends on the number of descriptors, not on how high they are. Every operation except
// CloseGaps takes amortised constant time. Not thread-safe.
class PollRegistrations {
 public:
  // A new descriptor is added at the end; an existing one keeps its place.
  void Set(int fd, uint16_t mask);
  // These return false if there is no such descriptor.
  bool Change(int fd, uint16_t mask);
  bool Remove(int fd);

  // All descriptors in the order of their first Set, in the form that poll(2) takes; if there are
  // gaps, also entries that poll(2) ignores, where descriptors were removed. Valid until the next
  // call of another method.
  absl::Span<const pollfd> entries() const { return entries_; }
  bool has_gaps() const { return entries_.size() != places_.size(); }
  void CloseGaps();

 private:
  static constexpr int kGap = -1;

  std::vector<pollfd> entries_;
  absl::flat_hash_map<int, size_t> places_;  // index in entries_ of each descriptor
};

}  // namespace someos::select::internal

#endif  // SOMEOS_BACKENDS_POLL_POLL_REGISTRATIONS_H_
