// The contract where the kernel does not remember the files of registrations: it has no epoll, or a
// sandbox denies it.

#include <memory>

#include "absl/status/statusor.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/backends/poll/poll_poller.h"
#include "someos/backends/poll/poll_system.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

absl::StatusOr<std::unique_ptr<Poller>> CreateWithDigests(const PollerOptions& options) {
  return PollPoller::Create(options, PollOrSelectSystem(), poller_base::NoKnownFilesSystem());
}

const Backend& DigestBackend() {
  static constexpr Backend kBackend = {"poll", "poll(2), files by digests", CreateWithDigests,
                                       [] { return PollBackend().limits(); }};
  return kBackend;
}

SOMEOS_CONFORMANCE_TESTS(Digest, DigestBackend);

}  // namespace
}  // namespace someos
