// None, numbers, text, bytes and globals.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/global_names.h"
#include "someos/api/multiprocessing/pickle/pickler.h"
#include "someos/api/multiprocessing/value/utf8.h"

namespace someos::multiprocessing::internal {

namespace {

constexpr size_t kLongestScalar = 10;    // LONG1, its size and 64 bits
constexpr size_t kScalarsAtOnce = 1000;  // room for as many is asked for at a time

// For room in a PickleWriter: they return the place behind what they have written.
char* PutInt(char* to, int64_t value) {
  const auto bits = static_cast<uint64_t>(value);
  if (bits < 0x100) return PickleWriter::Put<1>(PickleWriter::PutByte(to, kOpBinInt1), bits);
  if (bits < 0x10000) return PickleWriter::Put<2>(PickleWriter::PutByte(to, kOpBinInt2), bits);
  if (value == static_cast<int32_t>(bits)) {
    return PickleWriter::Put<4>(PickleWriter::PutByte(to, kOpBinInt), bits);
  }
  const int significant = absl::bit_width(value < 0 ? ~bits : bits) + 1;  // with the sign
  const int bytes = (significant + 7) / 8;
  to = PickleWriter::Put<1>(PickleWriter::PutByte(to, kOpLong1), bytes);
  PickleWriter::Put<8>(to, bits);
  return to + bytes;
}

char* PutFloat(char* to, double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  to = PickleWriter::PutByte(to, kOpBinFloat);
  for (int shift = 56; shift >= 0; shift -= 8) *to++ = static_cast<char>(bits >> shift);
  return to;
}

char* PutScalar(char* to, const PyValue& value) {
  switch (value.kind()) {
    case PyKind::kInt:
      return PutInt(to, PyValueAccess::Integer(value));
    case PyKind::kFloat:
      return PutFloat(to, PyValueAccess::Real(value));
    case PyKind::kBool:
      return PickleWriter::PutByte(to,
                                   PyValueAccess::Integer(value) != 0 ? kOpNewTrue : kOpNewFalse);
    default:
      return PickleWriter::PutByte(to, kOpNone);
  }
}

}  // namespace

// A hot path: writes the values up to the first one with a node, and returns how many these are.
size_t Pickler::WriteScalars(const PyValue* values, size_t count) {
  size_t written = 0;
  while (written < count && PyValueAccess::NodeOf(values[written]) == nullptr) {
    const size_t end = std::min(count, written + kScalarsAtOnce);
    char* to = writer_.Room(kLongestScalar * (end - written));
    do {
      to = PutScalar(to, values[written++]);
    } while (written < end && PyValueAccess::NodeOf(values[written]) == nullptr);
    writer_.Commit(to);
  }
  return written;
}

void Pickler::WriteLong(absl::string_view bytes) {
  if (bytes.size() < 0x100) {
    writer_.OpcodeWith<1>(kOpLong1, bytes.size());
  } else {
    writer_.OpcodeWith<4>(kOpLong4, bytes.size());
  }
  writer_.Bytes(bytes);
}

bool Pickler::WriteText(const PyValue& value) {
  const TextNode& node = PyValueAccess::Text(value);
  const absl::string_view text = node.text;
  switch (value.kind()) {
    case PyKind::kInt:
      if (text.size() > std::numeric_limits<int32_t>::max()) return Fail("int too large to pickle");
      WriteLong(text);
      return true;
    case PyKind::kStr:
      return WriteStr(text);
    case PyKind::kBytes:
      return WriteBytes(text);
    case PyKind::kByteArray:
      return WriteByteArray(text);
    default:
      return WriteGlobal(text.substr(0, node.module_size), text.substr(node.module_size));
  }
}

bool Pickler::WriteSized(absl::string_view bytes, Opcode small, Opcode large, Opcode huge) {
  // BINSTRING's size is signed; protocol 2 has no opcode for more, and none for few of unicode.
  const size_t limit = large == kOpBinString ? std::numeric_limits<int32_t>::max()
                                             : std::numeric_limits<uint32_t>::max();
  if (bytes.size() < 0x100 && small != large) {
    writer_.OpcodeWith<1>(small, bytes.size());
  } else if (bytes.size() <= limit) {
    writer_.OpcodeWith<4>(large, bytes.size());
  } else if (huge != large) {
    writer_.OpcodeWith<8>(huge, bytes.size());
  } else {
    return Fail(absl::StrCat(bytes.size(), " bytes need the dialect kPython3"));
  }
  writer_.Bytes(bytes);
  return true;
}

bool Pickler::WriteStr(absl::string_view text) {
  const size_t valid = ValidUtf8(text);
  if (valid != text.size()) {
    return Fail(absl::StrCat("a str is no UTF-8 from byte ", valid, " on"));
  }
  if (python3()) return WriteSized(text, kOpShortBinUnicode, kOpBinUnicode, kOpBinUnicode8);
  return WriteSized(text, kOpBinUnicode, kOpBinUnicode, kOpBinUnicode);
}

bool Pickler::WriteBytes(absl::string_view bytes) {
  if (python3()) return WriteSized(bytes, kOpShortBinBytes, kOpBinBytes, kOpBinBytes8);
  if (dialect_ == PickleDialect::kPython2) {
    return WriteSized(bytes, kOpShortBinString, kOpBinString, kOpBinString);
  }
  if (!WriteKnown(kEncode) || !WriteStr(Utf8OfLatin1(bytes)) || !WriteKnown(kLatin1)) return false;
  Byte(kOpTuple2);
  Byte(kOpReduce);
  return true;
}

bool Pickler::WriteByteArray(absl::string_view bytes) {
  if (!WriteKnown(kByteArrayType)) return false;
  if (python3()) {
    if (!WriteBytes(bytes)) return false;
    Byte(kOpTuple1);
  } else {
    if (!WriteStr(Utf8OfLatin1(bytes)) || !WriteKnown(kLatin1)) return false;
    Byte(kOpTuple2);
  }
  Byte(kOpReduce);
  return true;
}

bool Pickler::WriteGlobal(absl::string_view module, absl::string_view name) {
  if (ValidUtf8(module) != module.size() || ValidUtf8(name) != name.size()) {
    return Fail("the name of a global is no UTF-8");
  }
  if (python3()) {
    if (!WriteStr(module)) return false;
    if (!WriteStr(name)) return false;
    Byte(kOpStackGlobal);
    return true;
  }
  const GlobalName global = Python2Name({module, name});
  if (absl::StrCat(module, name).find('\n') != std::string::npos) {
    return Fail("a global with a newline in its name needs the dialect kPython3");
  }
  if (name.find('.') != absl::string_view::npos) {
    return Fail(absl::StrCat("the nested name ", name, " needs the dialect kPython3"));
  }
  Byte(kOpGlobal);
  writer_.Bytes(absl::StrCat(global.module, "\n", global.name, "\n"));
  return true;
}

bool Pickler::WriteKnown(Known known) {
  if (known_places_[known] != 0) {
    Get(known_places_[known] - 1);
    return true;
  }
  constexpr GlobalName kNames[] = {{"_codecs", "encode"},
                                   {"", "latin1"},
                                   {"builtins", "bytearray"},
                                   {"builtins", "set"},
                                   {"builtins", "frozenset"}};
  const GlobalName& name = kNames[known];
  if (name.module.empty() ? !WriteStr(name.name) : !WriteGlobal(name.module, name.name)) {
    return false;
  }
  known_places_[known] = ++places_;
  Put(places_ - 1);
  return true;
}

}  // namespace someos::multiprocessing::internal
