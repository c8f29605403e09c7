// Finds the messages in a stream of bytes, without reading any itself.

#ifndef SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_READER_H_
#define SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/frame_header.h"

namespace someos::multiprocessing {

// Of one message at a time. It never asks for bytes behind the message, so that whoever reads the
// stream next, possibly another process, finds the next one.
//
//   while (!reader.complete()) {
//     const absl::Span<char> space = reader.Space();
//     const ssize_t count = read(fd, space.data(), space.size());
//     ...
//     if (absl::Status status = reader.Advance(count); !status.ok()) return status;
//   }
//   std::string message = reader.Take();
//
// Bounded: a message takes no more memory than twice what has arrived of it (or 256 KiB), whatever
// length it claims. Not thread-safe.
class FrameReader {
 public:
  // Messages may have `max_size` bytes. kUnknownToPeer refuses the long form of headers.
  explicit FrameReader(uint64_t max_size, LongForm long_form = LongForm::kKnownToPeer)
      : max_size_(max_size), long_form_(long_form) {}

  // Where the next bytes belong, and how many may come: 1 or more, unless complete(). Valid until
  // the next call of another function.
  absl::Span<char> Space();

  // The next message is to be written to `destination`, if it fits there and nothing of it has been
  // read, until ForgetDestination is called.
  void SetDestination(absl::Span<char> destination) { destination_ = destination; }
  // The destination is not touched any more. If an incomplete message is in it, that part is kept.
  // Returns whether the complete one is; then message() is not to be called.
  bool ForgetDestination();

  // `count` bytes have been written to Space().
  //
  // OSErrors, after which the stream is of no use and the reader must not be asked for more:
  // kResourceExhausted "bad message length": longer than max_size. kInvalidArgument "bad message
  // length: ...": a header that is none.
  absl::Status Advance(size_t count);

  // The whole message has been read.
  bool complete() const { return state_ == State::kBody && received_ == message_size_; }
  // Nothing of the next message has been read.
  bool idle() const { return state_ == State::kShortHeader && received_ == 0; }

  // The message, which must be complete; the next one begins. (Takes no copy.)
  std::string Take();
  uint64_t message_size() const { return message_size_; }
  // The same without giving its memory away, which the next message then uses (if it is 256 KiB at
  // most).
  absl::string_view message() const { return absl::string_view(body_.data(), message_size_); }
  void Next();

  // From now on, also for a message whose header has been read: kResourceExhausted, as Advance.
  absl::Status SetMaxSize(uint64_t max_size);
  void SetLongForm(LongForm long_form) { long_form_ = long_form; }

 private:
  enum class State { kShortHeader, kLongHeader, kBody };

  absl::Status HeaderRead();
  absl::Status BeginBody(uint64_t size);
  absl::Status CheckSize() const;

  uint64_t max_size_;
  LongForm long_form_;
  State state_ = State::kShortHeader;
  std::array<char, kLongHeader> header_;
  uint64_t message_size_ = 0;  // in kBody
  uint64_t received_ = 0;      // of the header or, in kBody, of the message
  std::string body_;           // its first received_ bytes count, unless they are in destination_
  absl::Span<char> destination_;
  bool in_destination_ = false;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_CONNECTION_FRAME_READER_H_
