#include "someos/api/multiprocessing/connection/frame_reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/frame_header.h"

namespace someos::multiprocessing {
namespace {

// The memory that a message gets before any of it has arrived.
constexpr uint64_t kFirstSpace = uint64_t{256} << 10;

uint64_t BigEndian(const char* bytes, size_t size) {
  uint64_t number = 0;
  for (size_t i = 0; i < size; ++i) number = (number << 8) | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace

absl::Span<char> FrameReader::Space() {
  if (state_ != State::kBody) {
    const size_t end = state_ == State::kShortHeader ? kShortHeader : kLongHeader;
    return absl::MakeSpan(header_).subspan(received_, end - received_);
  }
  if (in_destination_) return destination_.subspan(received_, message_size_ - received_);
  const uint64_t granted = std::min(message_size_, std::max(kFirstSpace, 2 * received_));
  if (body_.size() < granted) body_.resize(granted);
  const uint64_t end = std::min<uint64_t>(message_size_, body_.size());
  return absl::MakeSpan(&body_[0], end).subspan(received_);
}

absl::Status FrameReader::Advance(size_t count) {
  received_ += count;
  if (state_ == State::kShortHeader && received_ == kShortHeader) return HeaderRead();
  if (state_ == State::kLongHeader && received_ == kLongHeader) {
    return BeginBody(BigEndian(&header_[kShortHeader], kLongHeader - kShortHeader));
  }
  return absl::OkStatus();
}

absl::Status FrameReader::HeaderRead() {
  const auto size = static_cast<int32_t>(BigEndian(header_.data(), kShortHeader));
  if (size >= 0) return BeginBody(static_cast<uint64_t>(size));
  if (size == -1 && long_form_ == LongForm::kKnownToPeer) {
    state_ = State::kLongHeader;
    return absl::OkStatus();
  }
  return OsError(absl::StatusCode::kInvalidArgument,
                 absl::StrCat("bad message length: the header is ", size));
}

absl::Status FrameReader::BeginBody(uint64_t size) {
  state_ = State::kBody;
  message_size_ = size;
  received_ = 0;
  in_destination_ = size <= destination_.size();
  return CheckSize();
}

absl::Status FrameReader::CheckSize() const {
  // A string can hold the half of all numbers; the other half is refused by any limit.
  if (message_size_ <= std::min<uint64_t>(max_size_, std::string().max_size())) {
    return absl::OkStatus();
  }
  return OsError(absl::StatusCode::kResourceExhausted, "bad message length");
}

bool FrameReader::ForgetDestination() {
  const bool was_used = in_destination_ && state_ == State::kBody;
  if (was_used && !complete()) body_.assign(destination_.data(), received_);
  destination_ = {};
  in_destination_ = false;
  return was_used && complete();
}

std::string FrameReader::Take() {
  body_.resize(message_size_);
  std::string message = std::exchange(body_, std::string());
  Next();
  return message;
}

void FrameReader::Next() {
  state_ = State::kShortHeader;
  received_ = 0;
  in_destination_ = false;
  if (body_.size() > kFirstSpace) body_ = std::string();
}

absl::Status FrameReader::SetMaxSize(uint64_t max_size) {
  max_size_ = max_size;
  return state_ == State::kBody ? CheckSize() : absl::OkStatus();
}

}  // namespace someos::multiprocessing
