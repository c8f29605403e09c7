// The bytes that connections carry: a receiver knows from the offset alone which ones are due.

#ifndef SOMEOS_TESTING_POLLER_SOAK_STREAM_BYTES_H_
#define SOMEOS_TESTING_POLLER_SOAK_STREAM_BYTES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "absl/types/span.h"

namespace someos::soak {

// Each stream reads the same ring of random bytes from a place of its own.
class StreamBytes {
 public:
  explicit StreamBytes(uint64_t seed) : ring_(kPeriod + kMost) {
    std::mt19937_64 random(seed);
    for (size_t i = 0; i < kPeriod; ++i) ring_[i] = static_cast<char>(random());
    std::copy_n(ring_.begin(), kMost, ring_.begin() + kPeriod);
  }

  // The most bytes that can be had at once.
  static constexpr size_t kMost = 64 * 1024;

  // `size` bytes of the stream `stream` that begin at `offset`.
  absl::Span<const char> At(uint64_t stream, uint64_t offset, size_t size) const {
    const size_t begin = static_cast<size_t>((stream * 7919 + offset) % kPeriod);
    return {ring_.data() + begin, std::min(size, kMost)};
  }

  bool Matches(uint64_t stream, uint64_t offset, absl::Span<const char> bytes) const {
    return memcmp(At(stream, offset, bytes.size()).data(), bytes.data(), bytes.size()) == 0;
  }

 private:
  // A prime, so that a shift by a power of two is not overlooked.
  static constexpr size_t kPeriod = 131'071;

  std::vector<char> ring_;
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_STREAM_BYTES_H_
