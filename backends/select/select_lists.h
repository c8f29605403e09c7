// The part of someos::select::Select that handles only descriptors, not the elements that have
// them.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_LISTS_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_LISTS_H_

#include <cstddef>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/deadline.h"

namespace someos {
struct SelectSystem;
}  // namespace someos

namespace someos::select {

struct SelectOptions {
  // False, as in Python: descriptors of FD_SETSIZE (1024; NetBSD 256) and above, and lists of more
  // than FD_SETSIZE elements, are refused. True: both are accepted, in bitmaps as long as the
  // highest descriptor requires. The kernels of Linux and the BSDs accept these; macOS returns
  // EINVAL. Windows limits the lists alone, to 512 elements, and accepts longer ones.
  bool beyond_fd_setsize = false;
  // What a signal handler does to the wait.
  OnSignal on_signal = OnSignal::kContinue;
};

namespace internal {

// One call of select(): SetTimeout, then Add for the three lists in order, then Run, then ready().
// The first failure is the result of the call, except that a Run that a signal has ended may be
// repeated.
class SelectLists {
 public:
  enum List { kRead, kWrite, kExcept };

  explicit SelectLists(SelectOptions options);
  // `system` must outlive the call.
  SelectLists(SelectOptions options, const SelectSystem& system);

  // The timeout starts now. kInvalidArgument: negative. kOutOfRange: more than 2^63 ns.
  absl::Status SetTimeout(std::optional<absl::Duration> timeout);

  // Appends a descriptor, which must not be negative. kInvalidArgument: the descriptor, or the
  // length of the list, exceeds what FD_SETSIZE allows, and the options do not lift that limit.
  absl::Status Add(List list, int fd);

  // Waits. EBADF: one of the descriptors is not open; the message names it. Once it has succeeded,
  // further calls do nothing.
  absl::Status Run();

  // Whether Run found the `index`th descriptor of the list ready.
  bool ready(List list, size_t index) const { return fds_[list][index] != kNotReady; }

 private:
  static constexpr int kListCount = 3;
  static constexpr int kNotReady = -1;

  // The error for a descriptor that is not open: finds which one it is.
  absl::Status NotOpenError() const;

  const SelectOptions options_;
  const SelectSystem& system_;
  base::Deadline deadline_{absl::InfiniteDuration()};
  // Run replaces descriptors that are not ready by kNotReady.
  absl::InlinedVector<int, 16> fds_[kListCount];
  int highest_ = -1;
  bool interrupted_ = false;  // a Run has failed, so that the next one has less time
  bool finished_ = false;
};

}  // namespace internal
}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_LISTS_H_
