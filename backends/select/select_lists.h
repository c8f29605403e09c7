// The part of someos::select::Select that knows descriptors only, not the elements they stand for.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_LISTS_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_LISTS_H_

#include <cstddef>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/backends/base/deadline.h"

namespace someos {
struct SelectSystem;
}  // namespace someos

namespace someos::select {

struct SelectOptions {
  // False, as in Python: a descriptor from FD_SETSIZE on (1024; NetBSD 256), or a list of more than
  // FD_SETSIZE elements, is refused. True: both are taken, in bitmaps as long as the highest
  // descriptor needs. The kernels of Linux and the BSDs take these; macOS answers EINVAL.
  bool beyond_fd_setsize = false;
};

namespace internal {

// One call of select(): SetTimeout, then Add for the three lists in their order, then Run, then
// ready(). Whatever fails first is what the call fails with.
class SelectLists {
 public:
  enum List { kRead, kWrite, kExcept };

  explicit SelectLists(SelectOptions options);
  // `system` must outlive the call.
  SelectLists(SelectOptions options, const SelectSystem& system);

  // The time runs from here. kInvalidArgument: negative. kOutOfRange: more than 2^63 ns.
  absl::Status SetTimeout(std::optional<absl::Duration> timeout);

  // Appends a descriptor, which must not be negative. kInvalidArgument: it, or the list's length,
  // is beyond FD_SETSIZE, and the options do not allow that.
  absl::Status Add(List list, int fd);

  // Waits. EBADF: one of the descriptors is not open; the message names it.
  absl::Status Run();

  // Whether Run found the `index`th descriptor of the list ready.
  bool ready(List list, size_t index) const { return fds_[list][index] != kNotReady; }

 private:
  static constexpr int kListCount = 3;
  static constexpr int kNotReady = -1;

  // The failure of a system call that found a closed descriptor.
  absl::Status NotOpen() const;

  const bool strict_;
  const SelectSystem& system_;
  base::Deadline deadline_{absl::InfiniteDuration()};
  // Run replaces those that are not ready by kNotReady.
  absl::InlinedVector<int, 16> fds_[kListCount];
  int highest_ = -1;
};

}  // namespace internal
}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_LISTS_H_
