// The Poller over select(2).
//
// Deviations from the contract of someos/api/poller.h:
//  - Descriptors of FD_SETSIZE (1024; NetBSD 256) and above are refused: kOutOfRange.
//  - No edge-triggered mode.
//  - Hang-ups and errors show as readable and writable only; they are not reported for an interest
//    that contains neither, and Interest::kErrors alone is refused. A half-close shows as readable.
//    A hang-up shows as readable, and as writable only if there is room, as select(2) reports it.
//  - Messages in a socket's error queue (api/error_queues.md) show as readable and writable, as any
//    error does, although recv() would block.
//  - A wait that finds a closed descriptor (kInvalid) reports only closed ones; the next one
//    reports the others.
//  - The kernel knows numbers, not files: see //backends/poll about reused numbers. An O_PATH
//    descriptor under such a number shows as readable and writable.
//  - If the process is stopped and continued (SIGSTOP, SIGCONT) during a wait, it may end later on
//    Linux, by an eighth of the time that was left or by a tenth of a second
//    (base/restarted_wait.h).
//  - The time of a wait is proportional to the highest registered number.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_POLLER_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_POLLER_H_

#include <sys/select.h>

#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/backends/poller_base/scanning_poller.h"
#include "someos/backends/select/select_backend.h"  // IWYU pragma: export
#include "someos/backends/select/select_system.h"

namespace someos {

class SelectPoller final : public poller_base::ScanningPoller {
 public:
  // kOutOfRange: the number of the poller's own wake channel is FD_SETSIZE or above, because all
  // lower ones are open. EMFILE, ENFILE: no descriptor for it. `system` and `known_files` must
  // outlive the poller.
  static absl::StatusOr<std::unique_ptr<SelectPoller>> Create(
      const PollerOptions& options, const SelectSystem& system = RealSelectSystem(),
      const poller_base::KnownFilesSystem& known_files = poller_base::RealKnownFilesSystem());

  absl::string_view name() const override { return "select"; }
  Capabilities capabilities() const override;

 private:
  // The three sets of one call.
  struct Sets {
    fd_set read;
    fd_set write;
    fd_set except;

    void ClearAll();
    void Clear(int fd);
    bool Has(int fd) const;
  };

  SelectPoller(const PollerOptions& options, const SelectSystem& system,
               poller_base::WakeChannel wake_channel,
               const poller_base::KnownFilesSystem& known_files);

  void Watch(int fd, Interest interest) override;
  void Forget(int fd) override;
  int Block(const base::Deadline& deadline) override;
  int Look() override;
  bool WakeFound() const override;
  void AddFound(int fd, uint16_t raw) override;
  void Scan() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRange(int fd) const override;
  absl::Status ReplaceWakeFd(int fd) override;

  static void Add(int fd, fd_set& set, int& members);
  // The system call on found_. It passes no empty sets, because they cost the kernel as much as any
  // other. `reads`: whether the read set has members.
  int Select(bool reads, const timespec* timeout);
  // Calls `visit` for the ready descriptors from `begin` to before `end`, with their Event::raw,
  // until it returns false. Returns whether it never did.
  template <typename Visit>
  bool ScanRange(int begin, int end, Visit visit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether `fd`, for which Linux's select(2) has found `raw`, may have been closed by another
  // thread during the call, and is closed now.
  bool ClosedMeanwhile(int fd, unsigned raw) const;

  const SelectSystem& system_;
  Sets watched_;
  Sets found_;  // by the last Block or Look; the bit of the wake channel stays in read
  // The number of descriptors in each set of watched_, without the wake channel.
  int readable_ = 0;
  int writable_ = 0;
  int except_ = 0;
  int count_ = 0;       // all watched descriptors are below this
  int scan_start_ = 0;  // a descriptor
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_POLLER_H_
