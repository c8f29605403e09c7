// What a backend's target offers to the facade: its name and a way to make its Poller.

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
  // Wait returns EINTR after a signal handler ran, instead of waiting on against its deadline.
  bool return_on_signal = false;
  // The caller sees to it that no two calls run at once, but for Wake, which any thread may still
  // call at any time: a poller of the thread that waits on it, say. For programs with threads,
  // whose changes then need no lock, and whose waits no exchange of a flag, where that shows
  // (epoll); the other backends take no notice. Calls that overlap all the same are undefined.
  bool externally_synchronized = false;
};

// One mechanism, as `//backends/<name>` describes itself. Constant, and lives forever.
struct Backend {
  absl::string_view name;
  // Which implementation this is, for the eye of a person: "epoll", "kqueue over libkqueue".
  absl::string_view implementation;
  // Makes a Poller. kUnimplemented if the running kernel lacks the mechanism; EMFILE, ENFILE or
  // ENOMEM if it refuses. This is the probe: nothing is assumed from the build alone.
  absl::StatusOr<std::unique_ptr<Poller>> (*create)(const PollerOptions& options);
  // The limits of the running system that bound this backend, one sentence.
  std::string (*limits)();
};

}  // namespace someos

#endif  // SOMEOS_API_BACKEND_H_
