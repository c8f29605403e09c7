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
  explicit PickleReader(absl::string_view bytes) : bytes_(bytes) {}

  size_t offset() const { return offset_; }
  size_t remaining() const { return bytes_.size() - offset_; }

  // The functions below return false, and take nothing, if there is not as much.
  bool Take(uint64_t size, absl::string_view& taken) {
    if (size > remaining()) return false;
    taken = bytes_.substr(offset_, size);
    offset_ += size;
    return true;
  }

  bool TakeByte(uint8_t& byte) {
    if (offset_ == bytes_.size()) return false;
    byte = static_cast<uint8_t>(bytes_[offset_++]);
    return true;
  }

  // A little endian number of `size` bytes.
  bool TakeNumber(int size, uint64_t& number) {
    absl::string_view bytes;
    if (!Take(size, bytes)) return false;
    number = 0;
    for (int i = size; i-- > 0;) number = (number << 8) | static_cast<uint8_t>(bytes[i]);
    return true;
  }

  // Without the newline that must follow.
  bool TakeLine(absl::string_view& line) {
    const size_t end = bytes_.find('\n', offset_);
    if (end == absl::string_view::npos) return false;
    line = bytes_.substr(offset_, end - offset_);
    offset_ = end + 1;
    return true;
  }

 private:
  const absl::string_view bytes_;
  size_t offset_ = 0;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_READER_H_
