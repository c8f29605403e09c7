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

// Places for a needle that are looked at together: as many bytes as a compiler can compare at once,
// and more.
constexpr size_t kBlock = 64;

// Three bytes of a needle and where they are in it.
struct Probes {
  explicit Probes(absl::string_view needle)
      : middle(needle.size() / 2),
        last(needle.size() - 1),
        bytes{needle[0], needle[middle], needle[last]} {}

  // Whether they are all at one of the kBlock places from `at` on. Without a branch, so that it
  // becomes vector instructions.
  bool MayBeIn(const char* at) const {
    uint8_t least = 0xff;  // difference
    for (size_t i = 0; i < kBlock; ++i) {
      const int difference =
          (at[i] ^ bytes[0]) | (at[i + middle] ^ bytes[1]) | (at[i + last] ^ bytes[2]);
      least = std::min(least, static_cast<uint8_t>(difference));
    }
    return least == 0;
  }

  size_t middle;
  size_t last;
  std::array<char, 3> bytes;
};

// In glibc, musl, the BSDs and macOS, where it is much faster than std::search, and linear at
// worst.
const char* MemoryIn(const char* bytes, size_t size, absl::string_view needle) {
  return static_cast<const char*>(memmem(bytes, size, needle.data(), needle.size()));
}

// `needle` is not empty, and not longer than `bytes`; nor below.
std::optional<size_t> FirstOccurrence(absl::string_view bytes, absl::string_view needle) {
  constexpr size_t kLongest = 256;  // of the needles for which a block is searched soon
  const Probes probes(needle);
  const char* const data = bytes.data();
  const size_t places = bytes.size() - needle.size() + 1;
  size_t begin = 0;
  // Where many blocks are searched in vain, the search of all that is left is faster.
  size_t vain = needle.size() <= kLongest ? 0 : bytes.size();
  while (begin + kBlock <= places && vain <= 32 + begin / (32 * kBlock)) {
    if (probes.MayBeIn(data + begin)) {
      const char* const found = MemoryIn(data + begin, kBlock + probes.last, needle);
      if (found != nullptr) return static_cast<size_t>(found - data);
      ++vain;
    }
    begin += kBlock;
  }
  const char* const found = MemoryIn(data + begin, bytes.size() - begin, needle);
  if (found == nullptr) return std::nullopt;
  return static_cast<size_t>(found - data);
}

std::optional<size_t> LastOccurrence(absl::string_view bytes, absl::string_view needle) {
  const Probes probes(needle);
  const char* const data = bytes.data();
  size_t end = bytes.size() - needle.size() + 1;  // of the places that are left
  while (end > 0) {
    const size_t begin = end - std::min(end, kBlock);
    const bool skip = end - begin == kBlock && !probes.MayBeIn(data + begin);
    for (size_t place = skip ? begin : end; place > begin;) {
      --place;
      if (data[place] == needle[0] && bytes.compare(place, needle.size(), needle) == 0) {
        return place;
      }
    }
    end = begin;
  }
  return std::nullopt;
}

}  // namespace

Range RangeOf(int64_t start, int64_t end, size_t size) {
  return {Clamped(start, size), Clamped(end, size)};
}

std::optional<size_t> FindIn(absl::string_view bytes, Range range, absl::string_view needle) {
  if (range.end < range.start || range.end - range.start < needle.size()) return std::nullopt;
  if (needle.empty()) return range.start;
  const std::optional<size_t> found =
      FirstOccurrence(bytes.substr(range.start, range.end - range.start), needle);
  if (!found.has_value()) return std::nullopt;
  return range.start + *found;
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
