// A stream of pseudo-random bytes that can be had at any offset: what a client sends, and what it
// expects back.

#ifndef SOMEOS_TOOLS_RELAY_DEMO_PATTERN_H_
#define SOMEOS_TOOLS_RELAY_DEMO_PATTERN_H_

#include <cstdint>

#include "absl/types/span.h"

namespace someos::relay {

class Pattern {
 public:
  // Streams of different seeds have nothing in common.
  explicit Pattern(uint64_t seed) : seed_(seed) {}

  // Writes the bytes of the stream that begin at `offset`.
  void Fill(uint64_t offset, absl::Span<char> bytes) const;

  // True if `bytes` are those of the stream at `offset`.
  bool Matches(uint64_t offset, absl::Span<const char> bytes) const;

 private:
  uint64_t WordAt(uint64_t index) const;

  uint64_t seed_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_DEMO_PATTERN_H_
