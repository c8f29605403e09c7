// The Poller over select(2).
//
// Deviations from the contract of someos/api/poller.h:
//  - Descriptors from FD_SETSIZE on (1024; NetBSD 256) are refused: kOutOfRange.
//  - No edge-triggered mode.
//  - Hangups and errors show as readable and writable only, and an interest that asks for neither
//    does not see them; a half-close shows as readable. A hangup is readable alone: select(2)
//    calls the descriptor writable only if there is room.
//  - The wait that finds a descriptor closed (kInvalid) reports no others; the next one does.
//  - The kernel knows numbers, not files: see //backends/poll about reused numbers.
//  - A wait costs time in proportion to the highest registered number.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_POLLER_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_POLLER_H_

#include <sys/select.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/poller_base/scanning_poller.h"
#include "someos/backends/select/select_system.h"

namespace someos {

class SelectPoller final : public poller_base::ScanningPoller {
 public:
  // kOutOfRange: FD_SETSIZE descriptors are open, so the poller's own wake channel does not fit.
  // EMFILE, ENFILE: no descriptor for it. `system` must outlive the poller.
  static absl::StatusOr<std::unique_ptr<SelectPoller>> Create(
      const PollerOptions& options, const SelectSystem& system = RealSelectSystem());

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
               poller_base::WakeChannel wake_channel);

  void Watch(int fd, Interest interest) override;
  void Forget(int fd) override;
  int Block(const base::Deadline& deadline) override;
  int Look() override;
  bool WakeFound() const override;
  void Scan() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRange(int fd) const override;
  absl::Status ReplaceWakeFd(int fd) override;

  static void Add(int fd, fd_set& set, int& members);
  // The system call on found_. An empty set costs the kernel as much as any: it is not given one.
  // `reads`: whether the set of reads has members.
  int Select(bool reads, const timespec* timeout);
  // Delivers what is found from `begin` to before `end`. False if there is no more room.
  bool ScanRange(int begin, int end) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SelectSystem& system_;
  Sets watched_;
  Sets found_;  // by the last Block; its wake channel's bit stays in read
  // How many descriptors are in each set of watched_, without the wake channel.
  int readable_ = 0;
  int writable_ = 0;
  int except_ = 0;
  int count_ = 0;       // no watched descriptor is as high
  int scan_start_ = 0;  // a descriptor
};

// This backend, for the facade and for those who depend on //backends/select alone.
const Backend& SelectBackend();

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_POLLER_H_
