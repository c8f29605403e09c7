#include "someos/api/mmap/search.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace someos::mmap {
namespace {

size_t Clamped(int64_t position, size_t size) {
  const int64_t end = static_cast<int64_t>(size);
  if (position < 0) position += end;  // cannot overflow: end is not negative
  return static_cast<size_t>(std::clamp<int64_t>(position, 0, end));
}

// Boyer's, Moore's and Horspool's search from the end: after a failed comparison the window moves
// to the left, until its first byte meets the leftmost place after the needle's first byte where
// the needle has that byte; usually by the whole size of the needle. `needle` is not empty, and not
// longer than `bytes`.
std::optional<size_t> LastOccurrence(absl::string_view bytes, absl::string_view needle) {
  std::array<size_t, 256> moves;
  moves.fill(needle.size());
  for (size_t i = needle.size() - 1; i > 0; --i) moves[static_cast<uint8_t>(needle[i])] = i;
  size_t position = bytes.size() - needle.size();
  while (std::memcmp(bytes.data() + position, needle.data(), needle.size()) != 0) {
    const size_t move = moves[static_cast<uint8_t>(bytes[position])];
    if (move > position) return std::nullopt;
    position -= move;
  }
  return position;
}

}  // namespace

Range RangeOf(int64_t start, int64_t end, size_t size) {
  return {Clamped(start, size), Clamped(end, size)};
}

std::optional<size_t> FindIn(absl::string_view bytes, Range range, absl::string_view needle) {
  if (range.end < range.start || range.end - range.start < needle.size()) return std::nullopt;
  if (needle.empty()) return range.start;
  const char* const start = bytes.data() + range.start;
  // In glibc, musl, the BSDs and macOS, where it is much faster than std::search.
  const void* const found = memmem(start, range.end - range.start, needle.data(), needle.size());
  if (found == nullptr) return std::nullopt;
  return static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
}

std::optional<size_t> FindLastIn(absl::string_view bytes, Range range, absl::string_view needle) {
  if (range.end < range.start || range.end - range.start < needle.size()) return std::nullopt;
  if (needle.empty()) return range.end;
  const std::optional<size_t> found =
      LastOccurrence(bytes.substr(range.start, range.end - range.start), needle);
  if (!found.has_value()) return std::nullopt;
  return range.start + *found;
}

}  // namespace someos::mmap
