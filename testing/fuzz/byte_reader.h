// Turns a fuzzer's bytes into arguments.

#ifndef SOMEOS_TESTING_FUZZ_BYTE_READER_H_
#define SOMEOS_TESTING_FUZZ_BYTE_READER_H_

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "absl/types/span.h"

namespace someos {

class ByteReader {
 public:
  explicit ByteReader(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  bool empty() const { return bytes_.empty(); }

  // The next byte; 0 behind the end.
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_.remove_prefix(1);
    return byte;
  }

  // One of `choices`.
  template <typename Choices>
  auto OneOf(const Choices& choices) {
    return *std::next(std::begin(choices), Byte() % std::size(choices));
  }

 private:
  absl::Span<const uint8_t> bytes_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_FUZZ_BYTE_READER_H_
