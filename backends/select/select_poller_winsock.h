// The Poller over Winsock's select(): of sockets only.
//
// Deviations from the contract of someos/api/poller.h:
//  - A descriptor is the number of a SOCKET. DescriptorOf() of api/waitable.h makes an int of one,
//    and refuses what does not fit: kOutOfRange. What is not a socket (a file, a pipe, a console,
//    or a descriptor of the C library) is refused as if it were closed: EBADF.
//  - No edge-triggered mode.
//  - Hang-ups and errors show as readable and writable only; they are not reported for an interest
//    that contains none of these and kPriority, and Interest::kErrors alone is refused. A
//    half-close shows as readable. A connect() that has failed, which Winsock puts into the except
//    set alone, shows as readable, writable and priority, until the socket is unregistered.
//  - A wait that finds a closed descriptor (kInvalid) reports only closed ones; the next one
//    reports the others. If the socket is closed during a wait, that wait may end later.
//  - Winsock knows numbers, not sockets, and tells only their ports: a number that was closed and
//    now names another socket is noticed if that has other ports.
//  - Windows has no fork and no signals that interrupt a wait.
//  - The time of a wait is proportional to the number of registered sockets, and of the memory to
//    the highest number.

#ifndef SOMEOS_BACKENDS_SELECT_SELECT_POLLER_WINSOCK_H_
#define SOMEOS_BACKENDS_SELECT_SELECT_POLLER_WINSOCK_H_

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
#include "someos/backends/poller_base/scanning_poller.h"
#include "someos/backends/select/select_backend.h"  // IWYU pragma: export
#include "someos/backends/select/select_system_winsock.h"
#include "someos/backends/select/socket_set_winsock.h"

namespace someos {

class WinsockSelectPoller final : public poller_base::ScanningPoller {
 public:
  // Starts Winsock. EMFILE, ENOMEM: no sockets for the wake channel; otherwise the errno of
  // Winsock's refusal. `system` must outlive the poller.
  static absl::StatusOr<std::unique_ptr<WinsockSelectPoller>> Create(
      const PollerOptions& options, const SelectSystem& system = RealSelectSystem());

  absl::string_view name() const override { return "select"; }
  Capabilities capabilities() const override;

 private:
  struct Watched {
    int fd;
    uint8_t asked;  // the sets that contain it
    uint8_t found;  // by the last Block or Look
    bool priority;  // is asked for
  };

  WinsockSelectPoller(const PollerOptions& options, const SelectSystem& system,
                      poller_base::WakeChannel wake_channel);

  void Watch(int fd, Interest interest) override;
  void Forget(int fd) override;
  int Block(const base::Deadline& deadline) override;
  int Look() override;
  bool WakeFound() const override { return wake_found_; }
  void AddFound(int /*fd*/, uint16_t /*raw*/) override {}  // Scan keeps nothing
  void Scan() override ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRange(int fd) const override;
  absl::Status ReplaceWakeFd(int fd) override;

  int Select(bool with_wake, timeval* timeout);
  void TakeFound(const select::SocketSet& set, uint8_t bit);
  Readiness ReadinessOf(Watched& watched);

  const SelectSystem& system_;
  std::vector<Watched> watched_;
  std::vector<size_t> places_;  // by number: 1 more than the index in watched_, or 0
  select::SocketSet read_, write_, except_;
  bool wake_found_ = false;
  size_t scan_start_ = 0;  // index in watched_
};

}  // namespace someos

#endif  // SOMEOS_BACKENDS_SELECT_SELECT_POLLER_WINSOCK_H_
