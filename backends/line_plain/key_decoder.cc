#include "someos/backends/line_plain/key_decoder.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/escape_sequence.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {

void KeyDecoder::Feed(absl::string_view bytes) {
  // Only what is still needed is moved.
  if (at_ > 0) {
    bytes_.erase(0, at_);
    searched_ -= std::min(searched_, at_);
    at_ = 0;
  }
  bytes_.append(bytes.data(), bytes.size());
  expired_ = false;
}

bool KeyDecoder::Next(Key& key, std::string& pasted) {
  if (!pasting_ && absl::StartsWith(Rest(), kPasteBegin)) {
    at_ += kPasteBegin.size();
    searched_ = at_;
    pasting_ = true;
  }
  if (pasting_) return Paste(key, pasted);
  if (!waiting()) return false;
  const absl::string_view text = Rest();
  const size_t size = text[0] == kEscape ? Escape(text, key) : Character(text, key);
  at_ += size;
  return size > 0;
}

bool KeyDecoder::Paste(Key& key, std::string& pasted) {
  const size_t end = bytes_.find(kPasteEnd.data(), searched_, kPasteEnd.size());
  const bool ended = end != std::string::npos;
  if (!ended) {
    // Its first bytes may be there already.
    searched_ = std::max(at_, bytes_.size() - std::min(bytes_.size(), kPasteEnd.size() - 1));
    if (!expired_ || !waiting()) return false;
  }
  key = {KeyCode::kPaste};
  pasted.assign(bytes_, at_, ended ? end - at_ : std::string::npos);
  at_ = ended ? end + kPasteEnd.size() : bytes_.size();
  pasting_ = !ended;
  searched_ = at_;
  return true;
}

size_t KeyDecoder::Character(absl::string_view text, Key& key) const {
  if (IsIncompleteUtf8(text) && !expired_) return 0;
  const CodePoint first = FirstCodePoint(text);
  key = Key::Character(first.value);
  return first.size;
}

size_t KeyDecoder::Escape(absl::string_view text, Key& key) const {
  const size_t size = EscapeAndMore(text, key);
  if (size > 0 || !expired_) return size;
  // Nothing more has come: Escape was pressed, or Alt and what follows.
  if (text.size() > 1 && text[1] != kEscape) {
    const size_t more = Character(text.substr(1), key);
    key.alt = true;
    return 1 + more;
  }
  key = Key::Character(kEscape);
  return 1;
}

// Escape and a key are that key with Alt, also if the key is a sequence.
size_t KeyDecoder::EscapeAndMore(absl::string_view text, Key& key) const {
  if (text.size() < 2) return 0;
  // A paste may begin: the sequence is no key.
  if (text.size() < kPasteBegin.size() && absl::StartsWith(kPasteBegin, text)) return 0;
  const bool is_sequence = text[1] == '[' || text[1] == 'O';
  if (is_sequence) return DecodeEscapeSequence(text, key);
  size_t size;
  if (text[1] == kEscape) {
    const bool more = text.size() > 2 && (text[2] == '[' || text[2] == 'O');
    if (text.size() == 2) return 0;
    // Escape, and then a paste: that is no key with Alt.
    if (!more || absl::StartsWith(text.substr(1), kPasteBegin)) {
      key = Key::Character(kEscape);
      return 1;
    }
    size = DecodeEscapeSequence(text.substr(1), key);
  } else {
    size = Character(text.substr(1), key);
  }
  key.alt = true;
  return size == 0 ? 0 : 1 + size;
}

}  // namespace someos::line_plain
