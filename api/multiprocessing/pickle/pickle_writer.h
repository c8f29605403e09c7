// The bytes of a pickle that is being written. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_WRITER_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_WRITER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

// A hot path: room is asked for once, for an opcode with its arguments or for a whole batch of
// numbers, and then filled through a plain pointer, which the compiler keeps in a register.
class PickleWriter {
 public:
  PickleWriter() : bytes_(kFirstRoom, '\0'), end_(bytes_.data()), limit_(end_ + bytes_.size()) {}
  PickleWriter(const PickleWriter&) = delete;
  PickleWriter& operator=(const PickleWriter&) = delete;

  // Where at least `size` bytes may be written, until the next call of another function; Commit
  // says where they end.
  char* Room(size_t size) {
    if (static_cast<size_t>(limit_ - end_) < size) Grow(size);
    return end_;
  }
  void Commit(char* end) { end_ = end; }

  void Byte(unsigned char byte) {
    *Room(1) = static_cast<char>(byte);
    ++end_;
  }

  // An opcode and a little endian number of kSize bytes.
  template <int kSize>
  void OpcodeWith(unsigned char opcode, uint64_t number) {
    Commit(Put<kSize>(PutByte(Room(1 + kSize), opcode), number));
  }

  void Bytes(absl::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(Room(bytes.size()), bytes.data(), bytes.size());
    end_ += bytes.size();
  }

  // What has been written. Once.
  std::string Take() {
    bytes_.resize(end_ - bytes_.data());
    return std::move(bytes_);
  }

  // For what Room has returned: they write, and return the place behind it.
  static char* PutByte(char* to, unsigned char byte) {
    *to = static_cast<char>(byte);
    return to + 1;
  }
  template <int kSize>
  static char* Put(char* to, uint64_t number) {
    for (int i = 0; i < kSize; ++i) to[i] = static_cast<char>(number >> (8 * i));
    return to + kSize;
  }

 private:
  static constexpr size_t kFirstRoom = 240;  // most messages need no more

  void Grow(size_t size) {
    const size_t used = end_ - bytes_.data();
    bytes_.resize(std::max(2 * bytes_.size(), used + size));
    end_ = bytes_.data() + used;
    limit_ = bytes_.data() + bytes_.size();
  }

  std::string bytes_;  // up to end_, and room behind it
  char* end_;
  char* limit_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_PICKLE_WRITER_H_
