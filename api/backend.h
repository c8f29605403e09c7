// What a backend provides to the facade: its name and a function that creates its Poller.

#ifndef SOMEOS_API_BACKEND_H_
#define SOMEOS_API_BACKEND_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/poller.h"

namespace someos {

// How a Poller behaves; the same options for every backend.
struct PollerOptions {
  // Wait returns EINTR after a signal handler has run, instead of continuing until its deadline.
  bool return_on_signal = false;
  // The caller guarantees that no two calls on the poller overlap, except for Wake, which any
  // thread may still call at any time. Example: a poller that only one thread uses. In a program
  // with threads, changes then take no lock and waits need no atomic exchange. Only epoll makes use
  // of it; the other backends ignore it. Calls that overlap nevertheless have undefined behaviour.
  bool externally_synchronized = false;
  // The poller makes no system call that backends/SYSTEM_CALLS.md calls optional. For a program
  // under a seccomp filter that ends a process at a call which it does not allow: such a filter
  // need not allow those then. Without this option, what a filter or a kernel refuses with an errno
  // is done without, so other programs need it not. It costs what that page says, above all:
  //  - epoll: timeouts are rounded up to milliseconds (Capabilities::timeout_resolution).
  //  - A file that was closed and not unregistered is taken for another one with the same inode
  //    number: a deleted file for a new one and, on select and poll, any eventfd, timerfd or the
  //    like for any other.
  //  - epoll: RebuildAfterFork does not notice that a number names another file by now.
  //  - select and poll: a perf event's change is lost if a wait has no room for it.
  //  - A forked child leaves the parent's descriptors of the poller open, until it ends or executes
  //    a program.
  // Linux only; elsewhere, and by kqueue, it is ignored.
  bool required_system_calls_only = false;
};

// The description of one mechanism, `//backends/<name>`. Constant, with static lifetime.
struct Backend {
  absl::string_view name;
  // The implementation, for people to read: "epoll(7)", "kqueue over libkqueue".
  absl::string_view implementation;
  // Creates a Poller. kUnimplemented if the running kernel lacks the mechanism; EMFILE, ENFILE or
  // ENOMEM if it refuses. This call is also the run-time check of whether the kernel supports the
  // mechanism; that it was built in does not mean so.
  absl::StatusOr<std::unique_ptr<Poller>> (*create)(const PollerOptions& options);
  // The limits of the running system that apply to this backend, in one sentence.
  std::string (*limits)();
};

}  // namespace someos

#endif  // SOMEOS_API_BACKEND_H_
