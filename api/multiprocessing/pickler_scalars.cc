// None, numbers, text, bytes and globals.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/global_names.h"
#include "someos/api/multiprocessing/pickler.h"
#include "someos/api/multiprocessing/py_integer.h"
#include "someos/api/multiprocessing/utf8.h"

namespace someos::multiprocessing::internal {

bool Pickler::WriteScalar(const PyValue& value) {
  switch (value.kind()) {
    case PyKind::kNone:
      Byte(kOpNone);
      break;
    case PyKind::kBool:
      Byte(PyValueAccess::Integer(value) != 0 ? kOpNewTrue : kOpNewFalse);
      break;
    case PyKind::kInt:
      WriteInt(PyValueAccess::Integer(value));
      break;
    default:
      WriteFloat(PyValueAccess::Real(value));
  }
  return true;
}

void Pickler::WriteInt(int64_t value) {
  if (value >= 0 && value < 0x10000) {
    Byte(value < 0x100 ? kOpBinInt1 : kOpBinInt2);
    Number(static_cast<uint64_t>(value), value < 0x100 ? 1 : 2);
  } else if (value >= std::numeric_limits<int32_t>::min() &&
             value <= std::numeric_limits<int32_t>::max()) {
    Byte(kOpBinInt);
    Number(static_cast<uint64_t>(value), 4);
  } else {
    WriteLong(IntegerBytes(value));
  }
}

void Pickler::WriteLong(absl::string_view bytes) {
  Byte(bytes.size() < 0x100 ? kOpLong1 : kOpLong4);
  Number(bytes.size(), bytes.size() < 0x100 ? 1 : 4);
  absl::StrAppend(&out_, bytes);
}

void Pickler::WriteFloat(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  Byte(kOpBinFloat);
  for (int shift = 56; shift >= 0; shift -= 8) Byte(static_cast<unsigned char>(bits >> shift));
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
    Byte(small);
    Number(bytes.size(), 1);
  } else if (bytes.size() <= limit) {
    Byte(large);
    Number(bytes.size(), 4);
  } else if (huge != large) {
    Byte(huge);
    Number(bytes.size(), 8);
  } else {
    return Fail(absl::StrCat(bytes.size(), " bytes need the dialect kPython3"));
  }
  absl::StrAppend(&out_, bytes);
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
  absl::StrAppend(&out_, global.module, "\n", global.name, "\n");
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
