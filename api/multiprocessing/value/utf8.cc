#include "someos/api/multiprocessing/value/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr uint32_t kLastCodePoint = 0x10ffff;

uint64_t WordAt(const char* place) {
  uint64_t word;
  std::memcpy(&word, place, sizeof(word));
  return word;
}

uint8_t ByteAt(absl::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

}  // namespace

CodePoint FirstCodePoint(absl::string_view text) {
  if (text.empty()) return {0, 0};
  const uint8_t first = ByteAt(text, 0);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {0, 0};
  uint32_t value = first & (0x7f >> size);
  for (size_t i = 1; i < size; ++i) {
    if ((ByteAt(text, i) & 0xc0) != 0x80) return {0, 0};
    value = (value << 6) | (ByteAt(text, i) & 0x3f);
  }
  constexpr uint32_t kFirstOfSize[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kFirstOfSize[size] || value > kLastCodePoint) return {0, 0};
  return {value, size};
}

bool IsAscii(absl::string_view text) {
  constexpr size_t kWord = sizeof(uint64_t);
  const char* at = text.data();
  const char* end = at + text.size();
  uint64_t bits = 0;
  if (text.size() < kWord) {
    for (; at < end; ++at) bits |= static_cast<uint8_t>(*at);
  } else {
    // The last word may overlap the one before.
    for (; end - at > static_cast<ptrdiff_t>(kWord); at += kWord) bits |= WordAt(at);
    bits |= WordAt(end - kWord);
  }
  return (bits & 0x8080808080808080) == 0;
}

size_t ValidUtf8(absl::string_view text) {
  if (IsAscii(text)) return text.size();
  size_t valid = 0;
  while (valid < text.size()) {
    const CodePoint point = FirstCodePoint(text.substr(valid));
    if (point.size == 0) return valid;
    valid += point.size;
  }
  return valid;
}

void AppendUtf8(uint32_t value, std::string& text) {
  if (value < 0x80) {
    text.push_back(static_cast<char>(value));
    return;
  }
  int shift = value < 0x800 ? 6 : value < 0x10000 ? 12 : 18;
  const uint32_t lead = shift == 6 ? 0xc0 : shift == 12 ? 0xe0 : 0xf0;
  text.push_back(static_cast<char>(lead | (value >> shift)));
  while (shift > 0) {
    shift -= 6;
    text.push_back(static_cast<char>(0x80 | ((value >> shift) & 0x3f)));
  }
}

std::string Utf8OfLatin1(absl::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char byte : bytes) AppendUtf8(static_cast<uint8_t>(byte), text);
  return text;
}

bool Latin1OfUtf8(absl::string_view text, std::string& bytes) {
  bytes.clear();
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (point.size == 0 || point.value > 0xff) return false;
    bytes.push_back(static_cast<char>(point.value));
    text.remove_prefix(point.size);
  }
  return true;
}

}  // namespace someos::multiprocessing::internal
