// The facade: the header that users include. The build decides which backends are linked (see
// //platforms); the functions below list them.
//
// Namespace someos has the Poller, the same on every backend. Namespace someos::select is Python's
// select module: it has those of Select, Poll, Epoll, Kqueue and Kevent whose backend is linked,
// with their constants. api/README.md maps Python's names to the C++ names.

#ifndef SOMEOS_API_SELECT_H_
#define SOMEOS_API_SELECT_H_

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/constant.h"
#include "someos/api/linked_pollers.h"
#include "someos/api/on_signal.h"
#include "someos/api/poller.h"

#if SOMEOS_LINKS_EPOLL
#include "someos/backends/epoll/epoll_constants.h"
#include "someos/backends/epoll/epoll_object.h"
#endif
#if SOMEOS_LINKS_KQUEUE
#include "someos/backends/kqueue/kevent.h"
#include "someos/backends/kqueue/kqueue_constants.h"
#include "someos/backends/kqueue/kqueue_object.h"
#endif
#if SOMEOS_LINKS_POLL
#include "someos/backends/poll/poll_constants.h"
#include "someos/backends/poll/poll_object.h"
#endif
#if SOMEOS_LINKS_SELECT
#include "someos/backends/select/pipe_buf.h"
#include "someos/backends/select/select_call.h"
#endif

namespace someos {

// Neither of these variables is obeyed in a program that has more privileges than whoever started
// it (set-user-ID, set-group-ID, file capabilities).
//
// The environment variable that selects one of the linked backends at run time.
inline constexpr char kPollerVariable[] = "SOMEOS_POLLER";

// The environment variable that, if set to 1, makes NewPoller() trace each call to standard error
// (see trace.h).
inline constexpr char kTraceVariable[] = "SOMEOS_TRACE";

// The backends linked into this program, the build's default first.
absl::Span<const Backend* const> LinkedBackends();

// The linked backend of this name.
//
// kNotFound: the name is not linked, or unknown; the message lists the linked ones.
absl::StatusOr<const Backend*> FindBackend(absl::string_view name);

// Why DefaultBackend() chooses its backend.
enum class DefaultReason {
  kBuild,        // the platform's first choice, or the only one linked
  kEnvironment,  // SOMEOS_POLLER named it
};

struct DefaultChoice {
  const Backend* backend;
  DefaultReason reason;
};

// The backend that NewPoller() uses: the one that SOMEOS_POLLER names, otherwise the build's
// default.
//
// kNotFound: as for FindBackend; the message names the variable.
absl::StatusOr<DefaultChoice> DefaultBackend();

// Creates a Poller of the default backend.
absl::StatusOr<std::unique_ptr<Poller>> NewPoller(const PollerOptions& options = {});

// Creates a Poller of the named linked backend; an empty name means the default.
absl::StatusOr<std::unique_ptr<Poller>> NewPoller(absl::string_view name,
                                                  const PollerOptions& options = {});

namespace select {

// The constants of each linked backend, by Python's names.
inline constexpr absl::Span<const Constant> kConstants[] = {
#if SOMEOS_LINKS_EPOLL
    kEpollConstants,
#endif
#if SOMEOS_LINKS_KQUEUE
    kKqueueConstants,
#endif
#if SOMEOS_LINKS_POLL
    kPollConstants,
#endif
#if SOMEOS_LINKS_SELECT
    kSelectConstants,
#endif
};

// The value of a constant of Python's select module, or nullopt if this platform or the linked
// backends do not have it. Works at run time, and at compile time where a name may be missing:
//
//   constexpr uint32_t kMask = kEpollIn | FindConstant("EPOLLEXCLUSIVE").value_or(0);
constexpr std::optional<int64_t> FindConstant(absl::string_view name) {
  for (const absl::Span<const Constant> constants : kConstants) {
    const std::optional<int64_t> value = FindConstant(constants, name);
    if (value.has_value()) return value;
  }
  return std::nullopt;
}

}  // namespace select
}  // namespace someos

#endif  // SOMEOS_API_SELECT_H_
