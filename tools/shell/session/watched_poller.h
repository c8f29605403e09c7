// A Poller of the session, with a thread that waits.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_WATCHED_POLLER_H_
#define SOMEOS_TOOLS_SHELL_SESSION_WATCHED_POLLER_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/tools/shell/session/notice_queue.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

// Posts a notice for each event: "p: r readable|hangup".
//
// A level-triggered event lasts until the descriptor is used: what was reported is paused, with
// Modify, until Resume. Edge-triggered and one-shot events are reported as the kernel has them.
class WatchedPoller : public Object {
 public:
  static constexpr absl::string_view kKind = "poller";

  // `name` is for notices; `notices` must outlive it. The errors of NewPoller.
  static absl::StatusOr<std::unique_ptr<WatchedPoller>> Create(absl::string_view name,
                                                               absl::string_view backend,
                                                               NoticeQueue& notices);
  ~WatchedPoller() override;

  // Registers a descriptor; if it is registered, changes its interest and trigger. The errors of
  // Register and Modify.
  absl::Status Watch(absl::string_view name, int fd, Interest interest, Trigger trigger);
  // The errors of Unregister.
  absl::Status Unwatch(int fd);
  bool Watches(int fd) const;
  // Reports again what was reported and is so still. Does nothing for others.
  void Resume(int fd);

  // A line for each registration: "r readable level", and one for the counters.
  std::vector<std::string> Registrations() const;

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override;

 private:
  struct Watched {
    std::string name;
    Interest interest;
    Trigger trigger;
    Interest active;  // without what is paused
    uint64_t number;  // of the registration, so that events of an earlier one are told apart
  };

  WatchedPoller(absl::string_view name, std::unique_ptr<Poller> poller, NoticeQueue& notices);

  void Run();
  void Report(const Event& event) ABSL_LOCKS_EXCLUDED(mutex_);
  void Pause(int fd, Watched& watched, Readiness reported) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const std::unique_ptr<Poller> poller_;
  NoticeQueue& notices_;
  std::atomic<bool> stopped_{false};
  mutable absl::Mutex mutex_;
  std::map<int, Watched> watched_ ABSL_GUARDED_BY(mutex_);
  uint64_t registrations_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_WATCHED_POLLER_H_
