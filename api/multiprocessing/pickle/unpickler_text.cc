// The opcodes of str, bytes and bytearray.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/opcode.h"
#include "someos/api/multiprocessing/pickle/python_escapes.h"
#include "someos/api/multiprocessing/pickle/unpickler.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing::internal {

bool Unpickler::PushText(PyKind kind, absl::string_view text) {
  if (kind == PyKind::kStr) {
    const size_t valid = ValidUtf8(text);
    if (valid != text.size()) {
      return Invalid(absl::StrFormat("'utf-8' codec can't decode byte 0x%02x in position %d",
                                     static_cast<uint8_t>(text[valid]), valid));
    }
  }
  return Charge(sizeof(TextNode) + text.size()) &&
         PushNew(PyValueAccess::New(kind, text, &blocks_));
}

bool Unpickler::PushPython2Text(absl::string_view text) {
  switch (options_.python2_str) {
    case Python2Str::kBytes:
      return PushText(PyKind::kBytes, text);
    case Python2Str::kLatin1:
      // Its UTF-8 takes up to twice as much.
      return Charge(text.size()) && PushText(PyKind::kStr, Utf8OfLatin1(text));
    case Python2Str::kStrIfAscii:
      return PushText(IsAscii(text) ? PyKind::kStr : PyKind::kBytes, text);
    case Python2Str::kAscii:
      break;
  }
  for (size_t i = 0; i < text.size(); ++i) {
    if (static_cast<uint8_t>(text[i]) < 0x80) continue;
    return Invalid(absl::StrFormat(
        "'ascii' codec can't decode byte 0x%02x in position %d: ordinal not in range(128)",
        static_cast<uint8_t>(text[i]), i));
  }
  return PushText(PyKind::kStr, text);
}

template <PyKind kKind, int kSizeOfSize>
bool Unpickler::Text() {
  uint64_t size;
  absl::string_view text;
  if (!reader_.TakeNumber<kSizeOfSize>(size) || !reader_.Take(size, text)) return Truncated();
  return PushText(kKind, text);
}

template <int kSizeOfSize>
bool Unpickler::Python2Text() {
  uint64_t size;
  absl::string_view text;
  if (!TakeSize<kSizeOfSize>("BINSTRING", size)) return false;
  return reader_.Take(size, text) ? PushPython2Text(text) : Truncated();
}

bool Unpickler::StringLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  if (line.size() < 2 || line.front() != line.back() ||
      (line.front() != '\'' && line.front() != '"')) {
    return Invalid("the STRING opcode argument must be quoted");
  }
  std::string text;
  if (!Charge(line.size())) return false;
  if (!UnescapePython2Str(line.substr(1, line.size() - 2), text)) {
    return Invalid("an incomplete escape in a string");
  }
  return PushPython2Text(text);
}

bool Unpickler::UnicodeLine() {
  absl::string_view line;
  if (!reader_.TakeLine(line)) return Truncated();
  std::string text;
  if (!Charge(2 * line.size())) return false;
  if (!UnescapeRawUnicode(line, text)) {
    return Invalid("'rawunicodeescape' codec can't decode the text");
  }
  return PushText(PyKind::kStr, text);
}

void Unpickler::AddText(Handlers& handlers) {
  handlers[kOpString] = &Unpickler::StringLine;
  handlers[kOpBinString] = &Unpickler::Python2Text<4>;
  handlers[kOpShortBinString] = &Unpickler::Python2Text<1>;
  handlers[kOpUnicode] = &Unpickler::UnicodeLine;
  handlers[kOpBinUnicode] = &Unpickler::Text<PyKind::kStr, 4>;
  handlers[kOpShortBinUnicode] = &Unpickler::Text<PyKind::kStr, 1>;
  handlers[kOpBinUnicode8] = &Unpickler::Text<PyKind::kStr, 8>;
  handlers[kOpBinBytes] = &Unpickler::Text<PyKind::kBytes, 4>;
  handlers[kOpShortBinBytes] = &Unpickler::Text<PyKind::kBytes, 1>;
  handlers[kOpBinBytes8] = &Unpickler::Text<PyKind::kBytes, 8>;
  handlers[kOpByteArray8] = &Unpickler::Text<PyKind::kByteArray, 8>;
}

}  // namespace someos::multiprocessing::internal
