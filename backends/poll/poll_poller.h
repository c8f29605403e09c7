// The Poller over poll(2).
//
// Deviations from the contract of someos/api/poller.h:
//  - No edge-triggered mode.
//  - poll(2) takes numbers, not files: if a number was closed without Unregister and names another
//    file, the events of that file are reported under the closed registration, until the number is
//    unregistered or registered again.
//  - Register, Modify and TakeError notice that a number names another file. On Linux an epoll set
//    remembers the files (poller_base/known_files.h; each counts as one of max_user_watches). Where
//    the kernel refuses it (no descriptors or watches, a sandbox), and on other systems, they are
//    compared by fstat(2) and the like, which cannot distinguish two timerfds or the like, nor two
//    eventfds one after the other (Linux), two pipes that were made within a hundredth of a second
//    (OpenBSD, NetBSD), or the two ends of a pipe (OpenBSD). For these, Register of a reused number
//    that was not unregistered fails with EEXIST.
//  - On Linux, if a number that was closed and registered again later names the old file once more,
//    it still counts as registered: the set has both files under that number.
//  - On Linux, RebuildAfterFork does not notice another file if kcmp(2) is denied, or the parent
//    has unregistered a file since the fork. Then it registers the file that the number names now.
//  - On Linux, what a perf event tells only once (see point 7 of the contract) is lost if it
//    happens before Register, which adds the file to that set.
//  - kReadHangup needs POLLRDHUP (Linux, FreeBSD 14); elsewhere a half-close shows as readable
//    only.
//  - Interest::kErrors alone works on Linux only: the BSDs do not wait for a descriptor without
//    other events.
//  - If the process is stopped and continued (SIGSTOP, SIGCONT) during a wait, it may end later on
//    Linux, by an eighth of the time that was left or by a tenth of a second
//    (base/restarted_wait.h): on architectures that have no poll(2) but ppoll(2), such as aarch64.
//  - While RLIMIT_NOFILE is not above the number of registrations, Linux's poll(2) refuses them.
//    Then select(2) takes its place: hang-ups and errors show as readable and writable only, an
//    interest in neither reports nothing, and Wait allocates memory.
//  - The time of a wait is proportional to the number of registrations.

#ifndef SOMEOS_BACKENDS_POLL_POLL_POLLER_H_
#define SOMEOS_BACKENDS_POLL_POLL_POLLER_H_

#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/backends/poller_base/scanning_poller.h"

namespace someos {

class PollPoller final : public poller_base::ScanningPoller {
 public:
  // EMFILE, ENFILE: no descriptor for the wake channel. `system` and `known_files` must outlive the
  // poller.
  static absl::StatusOr<std::unique_ptr<PollPoller>> Create(
      const PollerOptions& options, const PollSystem& system = PollOrSelectSystem(),
      const poller_base::KnownFilesSystem& known_files = poller_base::RealKnownFilesSystem());

  absl::string_view name() const override { return "poll"; }
  Capabilities capabilities() const override;

 private:
  PollPoller(const PollerOptions& options, const PollSystem& system,
             poller_base::WakeChannel wake_channel,
             const poller_base::KnownFilesSystem& known_files);

  void Watch(int fd, Interest interest) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Forget(int fd) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  int Block(const base::Deadline& deadline) override;
  int Look() override;
  bool WakeFound() const override;
  void AddFound(int fd, uint16_t raw) override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Scan() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRange(int fd) const override;
  absl::Status ReplaceWakeFd(int fd) override;

  const PollSystem& system_;
  // The wake channel is the first, so 0 is the place of no descriptor (PlaceOf).
  std::vector<pollfd> watched_;
  size_t scan_start_ = 1;  // index in watched_
};

// This backend, for the facade and for users who depend on //backends/poll directly.
const Backend& PollBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_POLL_POLL_POLLER_H_
