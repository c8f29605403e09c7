// The header of a message on a connection of multiprocessing.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_HEADER_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_HEADER_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/errors.h"

namespace someos::multiprocessing {

// Whether the peer knows the long form of a header, which Python has had since 3.8: earlier ones
// take it for something else and read the rest of the stream wrongly.
enum class LongForm { kUnknownToPeer, kKnownToPeer };

// The longest message in the short form, which is its length as a signed number of 32 bits, big
// endian. The long form is -1 and the length as a number of 64 bits.
inline constexpr uint64_t kMaxShortFrame = 0x7fffffff;
inline constexpr size_t kShortHeader = 4;
inline constexpr size_t kLongHeader = 12;

class FrameHeader {
 public:
  // kInvalidArgument (OSError) "bad message length": more than 2 GiB - 1, and the peer does not
  // know the long form.
  static absl::StatusOr<FrameHeader> Of(uint64_t message_size, LongForm long_form) {
    FrameHeader header;
    if (message_size <= kMaxShortFrame) {
      header.Append(message_size, 4);
      return header;
    }
    if (long_form == LongForm::kUnknownToPeer) {
      return OsError(absl::StatusCode::kInvalidArgument, "bad message length");
    }
    header.Append(0xffffffff, 4);
    header.Append(message_size, 8);
    return header;
  }

  absl::string_view view() const { return absl::string_view(bytes_.data(), size_); }

 private:
  void Append(uint64_t number, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) bytes_[size_++] = static_cast<char>(number >> (8 * i));
  }

  std::array<char, kLongHeader> bytes_;
  size_t size_ = 0;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_HEADER_H_
