// The heap memory of registrations.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_HEAP_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_HEAP_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

// The memory that is currently allocated with malloc; nullopt if the C library does not report it.
std::optional<size_t> HeapBytes();

// Includes the object that a library makes its user keep, but nothing that an adapter here adds to
// it. Excludes the memory that a contender needs without registrations.
template <template <typename> class C>
std::optional<double> HeapBytesPerFd(const Backend* backend, int fds) {
  const std::vector<Channel> channels(fds);
  Touch touch;
  C<Touch> contender({backend, fds}, touch);
  const std::optional<size_t> before = HeapBytes();
  for (int i = 0; i < fds; ++i) contender.Register(channels[i].fd(), i, Want::kRead);
  const std::optional<size_t> after = HeapBytes();
  if (!before.has_value() || !after.has_value()) return std::nullopt;
  return (static_cast<double>(*after) - static_cast<double>(*before)) / fds +
         static_cast<double>(C<Touch>::kObjectBytes);
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_HEAP_H_
