#include "someos/api/select.h"

#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/find_linked.h"
#include "someos/api/linked_pollers.h"
#include "someos/api/trace.h"
#include "someos/backends/base/trusted_environment.h"

#if SOMEOS_LINKS_EPOLL
#include "someos/backends/epoll/epoll_poller.h"
#endif
#if SOMEOS_LINKS_KQUEUE
#include "someos/backends/kqueue/kqueue_poller.h"
#endif
#if SOMEOS_LINKS_POLL
#include "someos/backends/poll/poll_poller.h"
#endif
#if SOMEOS_LINKS_SELECT
#include "someos/backends/select/select_backend.h"
#endif

namespace someos {

absl::Span<const Backend* const> LinkedBackends() {
  static const Backend* const kLinked[] = {
  // In the order of preference.
#if SOMEOS_LINKS_EPOLL
      &EpollBackend(),
#endif
#if SOMEOS_LINKS_KQUEUE
      &KqueueBackend(),
#endif
#if SOMEOS_LINKS_POLL
      &PollBackend(),
#endif
#if SOMEOS_LINKS_SELECT
      &SelectBackend(),
#endif
  };
  return kLinked;
}

absl::StatusOr<const Backend*> FindBackend(absl::string_view name) {
  return internal::FindLinked(LinkedBackends(), "poller", name);
}

absl::StatusOr<DefaultChoice> DefaultBackend() {
  const char* const name = base::TrustedEnvironment(kPollerVariable);
  if (name == nullptr || *name == '\0') {
    return DefaultChoice{LinkedBackends().front(), DefaultReason::kBuild};
  }
  const absl::StatusOr<const Backend*> backend = FindBackend(name);
  if (!backend.ok()) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat(kPollerVariable, ": ", backend.status().message()));
  }
  return DefaultChoice{*backend, DefaultReason::kEnvironment};
}

namespace {

absl::StatusOr<std::unique_ptr<Poller>> Create(const Backend& backend,
                                               const PollerOptions& options) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = backend.create(options);
  const char* const trace = base::TrustedEnvironment(kTraceVariable);
  if (!poller.ok() || trace == nullptr || absl::string_view(trace) != "1") return poller;
  return Traced(*std::move(poller), TraceToStandardError);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Poller>> NewPoller(const PollerOptions& options) {
  const absl::StatusOr<DefaultChoice> choice = DefaultBackend();
  if (!choice.ok()) return choice.status();
  return Create(*choice->backend, options);
}

absl::StatusOr<std::unique_ptr<Poller>> NewPoller(absl::string_view name,
                                                  const PollerOptions& options) {
  if (name.empty()) return NewPoller(options);
  const absl::StatusOr<const Backend*> backend = FindBackend(name);
  if (!backend.ok()) return backend.status();
  return Create(**backend, options);
}

}  // namespace someos
