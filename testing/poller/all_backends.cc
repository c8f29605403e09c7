#include "someos/testing/poller/all_backends.h"

#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/backends/select/select_backend.h"
#include "someos/testing/poller/linkable_pollers.h"

#if SOMEOS_LINKS_EPOLL
#include "someos/backends/epoll/epoll_poller.h"
#endif
#if SOMEOS_LINKS_KQUEUE
#include "someos/backends/kqueue/kqueue_poller.h"
#endif
#if SOMEOS_LINKS_POLL
#include "someos/backends/poll/poll_poller.h"
#endif

namespace someos {

absl::Span<const Backend* const> AllBackends() {
  static const Backend* const kAll[] = {
      &SelectBackend(),
#if SOMEOS_LINKS_POLL
      &PollBackend(),
#endif
#if SOMEOS_LINKS_EPOLL
      &EpollBackend(),
#endif
#if SOMEOS_LINKS_KQUEUE
      &KqueueBackend(),
#endif
  };
  return kAll;
}

}  // namespace someos
