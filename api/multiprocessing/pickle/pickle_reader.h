// Takes arguments from the bytes of a pickle, and never more than there are. Private to this
// package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_READER_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_READER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// A little endian number, and a double as BINFLOAT has it, big endian.
template <int kSize>
uint64_t NumberOf(const char* bytes) {
  uint64_t number = 0;
  for (int i = 0; i < kSize; ++i) {
    number |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[i])) << (8 * i);
  }
  return number;
}
inline double DoubleOf(const char* bytes) {
  uint64_t bits = 0;
  for (int i = 0; i < 8; ++i) bits = (bits << 8) | static_cast<uint8_t>(bytes[i]);
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

class PickleReader {
 public:
  explicit PickleReader(absl::string_view bytes)
      : begin_(bytes.data()), next_(begin_), end_(begin_ + bytes.size()) {}

  size_t offset() const { return next_ - begin_; }
  size_t remaining() const { return end_ - next_; }

  // The functions below return false, and take nothing, if there is not as much.
  bool Take(uint64_t size, absl::string_view& taken) {
    if (size > remaining()) return false;
    taken = absl::string_view(next_, size);
    next_ += size;
    return true;
  }

  bool TakeByte(uint8_t& byte) {
    if (next_ == end_) return false;
    byte = static_cast<uint8_t>(*next_++);
    return true;
  }

  // The byte behind `skipped` others; all stay where they are.
  bool Peek(uint8_t& byte, size_t skipped = 0) const {
    if (remaining() <= skipped) return false;
    byte = static_cast<uint8_t>(next_[skipped]);
    return true;
  }

  // A little endian number of kSize bytes.
  template <int kSize>
  bool TakeNumber(uint64_t& number) {
    if (remaining() < kSize) return false;
    number = NumberOf<kSize>(next_);
    next_ += kSize;
    return true;
  }

  // Where the next byte is, and where it is from now on: within the pickle.
  const char* next() const { return next_; }
  void MoveTo(const char* next) { next_ = next; }

  // Without the newline that must follow.
  bool TakeLine(absl::string_view& line) {
    const absl::string_view rest(next_, remaining());
    const size_t size = rest.find('\n');
    if (size == absl::string_view::npos) return false;
    line = rest.substr(0, size);
    next_ += size + 1;
    return true;
  }

 private:
  const char* begin_;
  const char* next_;
  const char* end_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_READER_H_
