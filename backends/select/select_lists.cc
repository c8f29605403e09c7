#include "someos/backends/select/select_lists.h"

#include <fcntl.h>
#include <sys/select.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/on_signal.h"
#include "someos/backends/base/descriptor_bitmap.h"
#include "someos/backends/base/restarted_wait.h"
#include "someos/backends/poller_base/look_back_off.h"
#include "someos/backends/poller_base/python_timeout.h"
#include "someos/backends/select/select_system.h"

namespace someos::select::internal {
namespace {

// Kernels ignore numbers above their table of the process's descriptors: there is no EBADF for
// them, and on Linux their bits stay set as if they were ready. The table contains every open
// descriptor and does not shrink, so if the highest number of the lists is open, none of them is
// above it. One fcntl() checks that. It is not needed for numbers that are always in the table: on
// Linux its initial size is one word of bits.
#ifdef __linux__
constexpr int kAlwaysInTable = sizeof(long) * CHAR_BIT;
#else
constexpr int kAlwaysInTable = 0;
#endif

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

}  // namespace

SelectLists::SelectLists(SelectOptions options) : SelectLists(options, RealSelectSystem()) {}

SelectLists::SelectLists(SelectOptions options, const SelectSystem& system)
    : options_(options), system_(system) {}

absl::Status SelectLists::Add(List list, int fd) {
  const bool strict = !options_.beyond_fd_setsize;
  if (strict && fd >= FD_SETSIZE) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       "filedescriptor out of range in select()");
  }
  if (strict && fds_[list].size() >= FD_SETSIZE) {
    return PlainStatus(absl::StatusCode::kInvalidArgument, "too many file descriptors in select()");
  }
  fds_[list].push_back(fd);
  highest_ = std::max(highest_, fd);
  return absl::OkStatus();
}

absl::Status SelectLists::Run() {
  if (finished_) return absl::OkStatus();
  // Before the bitmaps are allocated, because a number like INT_MAX, which is not open, must not
  // determine their size.
  if (highest_ >= kAlwaysInTable && !IsOpen(highest_)) return NotOpenError();
  const auto bitmap_for = [&](List list) {
    return base::DescriptorBitmap(fds_[list].empty() ? -1 : highest_);
  };
  base::DescriptorBitmap bitmaps[] = {bitmap_for(kRead), bitmap_for(kWrite), bitmap_for(kExcept)};
  const auto select = [&](const base::Deadline& deadline) {
    for (const List list : {kRead, kWrite, kExcept}) {
      bitmaps[list].Clear();
      for (const int fd : fds_[list]) bitmaps[list].Add(fd);
    }
    timespec timeout;
    if (!deadline.infinite()) timeout = base::TimeoutOfOneCall(deadline);
    return system_.select(highest_ + 1, bitmaps[kRead].data(), bitmaps[kWrite].data(),
                          bitmaps[kExcept].data(), deadline.infinite() ? nullptr : &timeout);
  };
  // The deadline knows what was left when its clock was read last.
  if (interrupted_) static_cast<void>(deadline_.Passed());
  // No object lasts from one call of select() to the next, but the thread does.
  thread_local poller_base::LookBackOff looks;
  int count;
  do {
    count = looks.LookThenBlock(deadline_, select);
    if (count < 0 && errno == EBADF) return NotOpenError();
    if (count < 0 && (errno != EINTR || options_.on_signal == OnSignal::kReturn)) {
      interrupted_ = true;
      return ErrnoStatus(errno, "select");
    }
  } while (count <= 0 && !deadline_.Passed());
  if (count <= 0 && deadline_.clock_error() != 0) return poller_base::NoClockError(deadline_);

  finished_ = true;
  for (const List list : {kRead, kWrite, kExcept}) {
    for (int& fd : fds_[list]) {
      // Not every kernel clears the sets when nothing is ready, and none does so for EINTR.
      if (count <= 0 || !bitmaps[list].Has(fd)) fd = kNotReady;
    }
  }
  return absl::OkStatus();
}

absl::Status SelectLists::NotOpenError() const {
  for (const auto& fds : fds_) {
    for (const int fd : fds) {
      if (!IsOpen(fd)) return ErrnoStatus(EBADF, absl::StrCat("select fd ", fd));
    }
  }
  return ErrnoStatus(EBADF, "select");  // another thread has opened it by now
}

}  // namespace someos::select::internal
