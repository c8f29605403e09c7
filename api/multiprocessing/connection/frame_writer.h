// Messages that are to be written to a connection, for event loops.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_WRITER_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_WRITER_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/frame_header.h"

namespace someos::multiprocessing {

// Header and message are in one piece, so that one write can take them: two small writes to a TCP
// connection would wait for the peer's acknowledgement between them (Nagle's algorithm). Not
// thread-safe.
class FrameWriter {
 public:
  explicit FrameWriter(LongForm long_form = LongForm::kUnknownToPeer) : long_form_(long_form) {}

  // Appends a message. kInvalidArgument (OSError) "bad message length", as FrameHeader::Of; then
  // nothing has been appended.
  absl::Status Add(absl::string_view message) {
    const absl::StatusOr<FrameHeader> header = FrameHeader::Of(message.size(), long_form_);
    if (!header.ok()) return header.status();
    Append(header->view(), message);
    return absl::OkStatus();
  }

  // Appends what is left of a header and a message whose beginning has been written.
  void AddRest(absl::string_view header, absl::string_view message) { Append(header, message); }

  // The bytes to be written next; valid until the next Add or Advance.
  absl::string_view pending() const { return absl::string_view(bytes_).substr(written_); }
  bool empty() const { return written_ == bytes_.size(); }

  // `count` of them, at most pending().size(), have been written.
  void Advance(size_t count) {
    written_ += count;
    if (empty()) Clear();
  }

  void SetLongForm(LongForm long_form) { long_form_ = long_form; }

 private:
  // A buffer that was large once is not kept.
  static constexpr size_t kKept = size_t{64} << 10;

  void Append(absl::string_view header, absl::string_view message) {
    // Otherwise the buffer would grow for ever where a peer never takes all of it.
    if (written_ > bytes_.size() / 2) {
      bytes_.erase(0, written_);
      written_ = 0;
    }
    bytes_.append(header.data(), header.size());
    bytes_.append(message.data(), message.size());
  }

  void Clear() {
    bytes_.clear();
    written_ = 0;
    if (bytes_.capacity() > kKept) bytes_.shrink_to_fit();
  }

  LongForm long_form_;
  std::string bytes_;
  size_t written_ = 0;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_WRITER_H_
