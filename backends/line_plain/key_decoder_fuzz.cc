// Any bytes are keys, all of them, and the same ones in whatever pieces they come.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/key_decoder.h"
#include "someos/backends/line_plain/utf8.h"

namespace someos::line_plain {
namespace {

using Keys = std::vector<std::pair<Key, std::string>>;

void Check(bool holds, absl::string_view what) {
  if (holds) return;
  std::cerr << what << "\n" << std::flush;
  std::abort();
}

void Take(KeyDecoder& decoder, Keys& keys) {
  Key key;
  std::string pasted;
  while (decoder.Next(key, pasted)) {
    keys.emplace_back(key, key.code == KeyCode::kPaste ? pasted : "");
    if (key.code != KeyCode::kCharacter) continue;
    std::string text;
    AppendUtf8(key.value, text);
    Check(FirstCodePoint(text).value == key.value, "no code point");
  }
}

Keys Decoded(absl::string_view bytes, size_t piece) {
  KeyDecoder decoder;
  Keys keys;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    decoder.Feed(bytes.substr(0, piece));
    Take(decoder, keys);
  }
  decoder.Expire();
  Take(decoder, keys);
  Check(!decoder.waiting(), "bytes were left");
  return keys;
}

void RunOn(absl::string_view bytes) {
  const Keys keys = Decoded(bytes, bytes.size() + 1);
  Check(keys == Decoded(bytes, 1), "other keys byte by byte");
  Check(keys == Decoded(bytes, 3), "other keys in pieces");
}

}  // namespace
}  // namespace someos::line_plain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::line_plain::RunOn(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
