#include "someos/api/multiprocessing/connection/wait.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/select.h"

namespace someos::multiprocessing::internal {
namespace {

// For a single wait, the one with the fewest system calls: one that has no set in the kernel.
absl::StatusOr<std::unique_ptr<Poller>> NewPollerForOneWait() {
  return NewPoller(FindBackend("poll").ok() ? "poll" : "");
}

}  // namespace

absl::StatusOr<std::vector<size_t>> WaitForDescriptors(absl::Span<const int> descriptors,
                                                       std::optional<absl::Duration> timeout) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = NewPollerForOneWait();
  if (!poller.ok()) return poller.status();
  absl::flat_hash_set<int> registered;
  for (const int fd : descriptors) {
    if (!registered.insert(fd).second) continue;
    absl::Status status = (*poller)->Register(fd, Interest::kReadable, static_cast<uint64_t>(fd));
    if (!status.ok()) return status;
  }
  std::vector<Event> events(std::max<size_t>(registered.size(), 1));
  const absl::StatusOr<size_t> count =
      (*poller)->Wait(absl::MakeSpan(events), timeout.value_or(absl::InfiniteDuration()));
  if (!count.ok()) return count.status();
  absl::flat_hash_set<int> ready;
  for (size_t i = 0; i < *count; ++i) ready.insert(static_cast<int>(events[i].data));
  std::vector<size_t> places;
  for (size_t i = 0; i < descriptors.size(); ++i) {
    if (ready.contains(descriptors[i])) places.push_back(i);
  }
  return places;
}

}  // namespace someos::multiprocessing::internal
