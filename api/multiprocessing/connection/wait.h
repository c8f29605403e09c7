// Waits for several objects: Python's multiprocessing.connection.wait.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_WAIT_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_WAIT_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/waitable.h"

namespace someos::multiprocessing {

namespace internal {
// The places of the descriptors that are readable, in order.
absl::StatusOr<std::vector<size_t>> WaitForDescriptors(absl::Span<const int> descriptors,
                                                       std::optional<absl::Duration> timeout);
}  // namespace internal

// Waits until something can be received from one of `objects`, or its peer has closed, and returns
// those, in their order; none if the timeout has passed. Without a timeout it waits for ever; zero
// or less does not wait.
//
// The objects are what select::Select takes: Connection*, Listener*, descriptors and others with a
// fileno(), the same one as often as you like (in Python it is an error).
//
// kFailedPrecondition (OSError) "handle is closed". EBADF. Errors of the Poller that it uses.
template <typename T>
absl::StatusOr<std::vector<T>> Wait(const std::vector<T>& objects,
                                    std::optional<absl::Duration> timeout = std::nullopt) {
  std::vector<int> descriptors;
  for (const T& object : objects) {
    const absl::StatusOr<int> fd = select::DescriptorOf(object);
    if (!fd.ok()) return fd.status();
    descriptors.push_back(*fd);
  }
  const absl::StatusOr<std::vector<size_t>> ready =
      internal::WaitForDescriptors(descriptors, timeout);
  if (!ready.ok()) return ready.status();
  std::vector<T> found;
  for (const size_t place : *ready) found.push_back(objects[place]);
  return found;
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_WAIT_H_
