// The descriptors of a poll object: a map from number to mask that remembers its order.

#ifndef SOMEOS_BACKENDS_POLL_POLL_REGISTRATIONS_H_
#define SOMEOS_BACKENDS_POLL_POLL_REGISTRATIONS_H_

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"

namespace someos::select::internal {

// Takes memory for the descriptors it has, however high their numbers are. Every operation but
// AsPollfds takes constant time (amortised). Not thread-safe.
class PollRegistrations {
 public:
  // A new descriptor goes to the end; one that is there keeps its place.
  void Set(int fd, uint16_t mask);
  // False: there is no such descriptor.
  bool Change(int fd, uint16_t mask);
  bool Remove(int fd);

  // All of them, in the order of their first Set, as poll(2) takes them. Valid until the next call
  // of another method.
  absl::Span<const pollfd> AsPollfds();

 private:
  static constexpr int kGap = -1;

  void CloseGaps();

  std::vector<pollfd> entries_;              // with gaps where descriptors were removed
  absl::flat_hash_map<int, size_t> places_;  // of the descriptors in entries_
};

}  // namespace someos::select::internal

#endif  // SOMEOS_BACKENDS_POLL_POLL_REGISTRATIONS_H_
