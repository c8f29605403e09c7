#include "someos/backends/line_base/key_feed.h"

#include <poll.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_base/bracketed_paste.h"

namespace someos::line_base {
namespace {

constexpr char kEscape = '\033';

// What the first byte of a character of UTF-8 says; 1 for a byte that is none.
size_t CharacterLength(absl::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const size_t length = first < 0xc2   ? 1
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                        : first < 0xf5 ? 4
                                       : 1;
  for (size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return 0;
    if ((static_cast<unsigned char>(bytes[i]) & 0xc0) != 0x80) return i;
  }
  return length;
}

// Of ESC [ and what follows. `bytes` begins behind the ESC.
size_t ControlSequenceLength(absl::string_view bytes) {
  for (size_t i = 1; i < bytes.size(); ++i) {
    const char c = bytes[i];
    // The Linux console's function keys are ESC [ [ A.
    if (i == 1 && c == '[') continue;
    if (c < ' ') return i;
    if (c >= '@') return i + 1;
  }
  return 0;
}

}  // namespace

size_t KeyLength(absl::string_view bytes) {
  const size_t begin = bytes.find_first_not_of(kEscape);
  if (begin == absl::string_view::npos) return 0;
  if (begin == 0) return CharacterLength(bytes);
  if (absl::StartsWith(bytes.substr(begin - 1), kPasteBegin)) {
    const size_t end = bytes.find(kPasteEnd, begin);
    return end == absl::string_view::npos ? 0 : end + kPasteEnd.size();
  }
  const absl::string_view rest = bytes.substr(begin);
  size_t length = 0;
  if (rest[0] == '[') {
    length = ControlSequenceLength(rest);
  } else if (rest[0] == 'O') {
    length = rest.size() > 1 ? 2 : 0;
  } else {
    length = CharacterLength(rest);
  }
  return length == 0 ? 0 : begin + length;
}

void KeyFeed::Add(absl::string_view bytes) {
  bytes_.erase(0, at_);
  whole_ -= at_;
  at_ = 0;
  bytes_.append(bytes.data(), bytes.size());
  FindWhole();
}

void KeyFeed::FindWhole() {
  while (whole_ < bytes_.size()) {
    const size_t length = KeyLength(absl::string_view(bytes_).substr(whole_));
    if (length == 0) return;
    whole_ += length;
  }
}

bool KeyFeed::waiting() const {
  const absl::string_view rest = absl::string_view(bytes_).substr(whole_);
  return !rest.empty() && !absl::StartsWith(rest, kPasteBegin);
}

std::optional<unsigned char> KeyFeed::Take() {
  if (!ready()) return std::nullopt;
  return static_cast<unsigned char>(bytes_[at_++]);
}

std::optional<unsigned char> KeyFeed::Await() {
  while (at_ == bytes_.size()) {
    pollfd one = {input_, POLLIN, 0};
    if (poll(&one, 1, -1) < 0 && errno != EINTR) return std::nullopt;
    if (one.revents == 0) continue;
    char bytes[4096];
    const ssize_t count = read(input_, bytes, sizeof(bytes));
    if (count > 0) {
      Add(absl::string_view(bytes, static_cast<size_t>(count)));
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)) {
      return std::nullopt;
    }
  }
  const auto byte = static_cast<unsigned char>(bytes_[at_++]);
  if (at_ > whole_) {
    // The key was begun: what is left of it is no key of its own.
    whole_ = at_;
    FindWhole();
  }
  return byte;
}

}  // namespace someos::line_base
