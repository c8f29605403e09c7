#include "someos/tools/relay/demo/pattern.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/types/span.h"

namespace someos::relay {
namespace {

// SplitMix64's mixing function: every bit of the input reaches every bit of the result.
uint64_t Mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

uint64_t Pattern::WordAt(uint64_t index) const { return Mix(Mix(seed_) + index); }

void Pattern::Fill(uint64_t offset, absl::Span<char> bytes) const {
  while (!bytes.empty()) {
    const uint64_t word = WordAt(offset / sizeof(word));
    const size_t skipped = offset % sizeof(word);
    const size_t size = std::min(sizeof(word) - skipped, bytes.size());
    memcpy(bytes.data(), reinterpret_cast<const char*>(&word) + skipped, size);
    bytes.remove_prefix(size);
    offset += size;
  }
}

bool Pattern::Matches(uint64_t offset, absl::Span<const char> bytes) const {
  char expected[4096];
  while (!bytes.empty()) {
    const size_t size = std::min(sizeof(expected), bytes.size());
    Fill(offset, absl::MakeSpan(expected, size));
    if (memcmp(bytes.data(), expected, size) != 0) return false;
    bytes.remove_prefix(size);
    offset += size;
  }
  return true;
}

}  // namespace someos::relay
