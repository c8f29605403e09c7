// Takes arguments from the bytes of a pickle, and never more than there are. Private to this
// package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_READER_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

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

  // The next byte stays where it is.
  bool Peek(uint8_t& byte) const {
    if (next_ == end_) return false;
    byte = static_cast<uint8_t>(*next_);
    return true;
  }

  // A little endian number of kSize bytes.
  template <int kSize>
  bool TakeNumber(uint64_t& number) {
    if (remaining() < kSize) return false;
    number = 0;
    for (int i = 0; i < kSize; ++i) {
      number |= static_cast<uint64_t>(static_cast<uint8_t>(next_[i])) << (8 * i);
    }
    next_ += kSize;
    return true;
  }

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

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_READER_H_
