// What registrations take of the heap.

#ifndef SOMEOS_TOOLS_BENCH_WORKLOADS_HEAP_H_
#define SOMEOS_TOOLS_BENCH_WORKLOADS_HEAP_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/channels.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

// All that malloc has handed out; nullopt where the C library does not tell.
std::optional<size_t> HeapBytes();

// Not what a contender takes with nothing registered.
template <template <typename> class C>
std::optional<double> HeapBytesPerFd(const Backend* backend, int fds) {
  const std::vector<Channel> channels(fds);
  Touch touch;
  C<Touch> contender({backend, fds}, touch);
  const std::optional<size_t> before = HeapBytes();
  for (int i = 0; i < fds; ++i) contender.Register(channels[i].fd(), i, Want::kRead);
  const std::optional<size_t> after = HeapBytes();
  if (!before.has_value() || !after.has_value()) return std::nullopt;
  return (static_cast<double>(*after) - static_cast<double>(*before)) / fds;
}

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_WORKLOADS_HEAP_H_
