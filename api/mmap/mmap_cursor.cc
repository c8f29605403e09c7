// Reading and writing at the position.

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/mmap/guarded.h"
#include "someos/api/mmap/mmap.h"

namespace someos::mmap {
namespace {

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

}  // namespace

// What is behind the position; nothing if that is beyond the end.
absl::string_view Mmap::rest() const {
  return bytes().substr(std::min(static_cast<size_t>(position_), size()));
}

// Moves the position behind what has been read.
absl::StatusOr<std::string> Mmap::Advance(absl::StatusOr<std::string> read) {
  if (read.ok()) position_ += static_cast<int64_t>(read->size());
  return read;
}

absl::StatusOr<int64_t> Mmap::Tell() const {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  return position_;
}

absl::StatusOr<int64_t> Mmap::Seek(int64_t position, int whence) {
  if (absl::Status status = Check(Use::kLook); !status.ok()) return status;
  if (whence < kSeekSet || whence > kSeekEnd) return ValueError("unknown seek type");
  const int64_t end = static_cast<int64_t>(size());
  const int64_t base = whence == kSeekSet ? 0 : whence == kSeekCur ? position_ : end;
  // `base` is not negative: only the sum with a positive number can overflow.
  if (position > std::numeric_limits<int64_t>::max() - base || base + position < 0 ||
      base + position > end) {
    return ValueError("seek out of range");
  }
  position_ = base + position;
  return position_;
}

absl::StatusOr<std::string> Mmap::Read(std::optional<int64_t> count) {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  absl::string_view read = rest();
  if (count.has_value() && *count >= 0) {
    read = read.substr(0, static_cast<size_t>(std::min<uint64_t>(*count, read.size())));
  }
  return Advance(Guarded([read] { return std::string(read); }));
}

absl::StatusOr<uint8_t> Mmap::ReadByte() {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  const absl::string_view left = rest();
  if (left.empty()) return ValueError("read byte out of range");
  absl::StatusOr<uint8_t> byte = Guarded([left] { return static_cast<uint8_t>(left.front()); });
  if (byte.ok()) ++position_;
  return byte;
}

absl::StatusOr<std::string> Mmap::Readline() {
  if (absl::Status status = Check(Use::kRead); !status.ok()) return status;
  return Advance(Guarded([left = rest()] {
    const size_t newline = left.find('\n');
    return std::string(newline == absl::string_view::npos ? left : left.substr(0, newline + 1));
  }));
}

absl::StatusOr<int64_t> Mmap::Write(absl::string_view bytes) {
  if (absl::Status status = Check(Use::kWrite); !status.ok()) return status;
  if (static_cast<size_t>(position_) > size() || rest().size() < bytes.size()) {
    return ValueError("data out of range");
  }
  if (bytes.empty()) return 0;
  // memmove, because the bytes may be some of this mapping's.
  const absl::Status status =
      Guarded([&] { std::memmove(data() + position_, bytes.data(), bytes.size()); });
  if (!status.ok()) return status;
  position_ += static_cast<int64_t>(bytes.size());
  return static_cast<int64_t>(bytes.size());
}

absl::Status Mmap::WriteByte(uint8_t byte) {
  if (absl::Status status = Check(Use::kWrite); !status.ok()) return status;
  if (rest().empty()) return ValueError("write byte out of range");
  absl::Status status = Guarded([&] { data()[position_] = static_cast<char>(byte); });
  if (status.ok()) ++position_;
  return status;
}

}  // namespace someos::mmap
