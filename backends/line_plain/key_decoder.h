// Bytes from a terminal, as keys.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_KEY_DECODER_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_KEY_DECODER_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/backends/line_base/bracketed_paste.h"
#include "someos/backends/line_plain/key.h"

namespace someos::line_plain {

using line_base::kPasteBegin;
using line_base::kPasteEnd;
using line_base::kPasteOff;
using line_base::kPasteOn;

// Any bytes, in pieces of any size, are keys. Understands the sequences of VT100, VT220, xterm and
// what follows them, rxvt, the Linux console, and xterm's and kitty's forms for keys with
// modifiers.
//
// A key that is a beginning of another one's sequence, such as Escape, is ambiguous until more
// bytes have come: the caller waits while waiting() is true, half a second say, and calls Expire.
class KeyDecoder {
 public:
  void Feed(absl::string_view bytes);

  // Takes the next key. False: more bytes are needed. With KeyCode::kPaste, `pasted` is set to the
  // text.
  bool Next(Key& key, std::string& pasted);

  // Whether there are bytes that Next does not take yet.
  bool waiting() const { return at_ < bytes_.size(); }

  // Whether a paste has begun and not ended.
  bool pasting() const { return pasting_; }

  // Nothing has come for a while: from now on, until the next Feed, Next takes what is there. Of a
  // paste, the part that has come; the paste goes on.
  void Expire() { expired_ = true; }

 private:
  absl::string_view Rest() const { return absl::string_view(bytes_).substr(at_); }
  bool Paste(Key& key, std::string& pasted);
  // Each returns the bytes that a key takes at the beginning of `text`; 0: more are needed.
  size_t Character(absl::string_view text, Key& key) const;
  size_t Escape(absl::string_view text, Key& key) const;
  size_t EscapeAndMore(absl::string_view text, Key& key) const;

  std::string bytes_;
  size_t at_ = 0;
  size_t searched_ = 0;  // the end of a paste does not begin before this place
  bool pasting_ = false;
  bool expired_ = false;
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_KEY_DECODER_H_
