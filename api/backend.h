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
