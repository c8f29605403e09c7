#include "someos/api/multiprocessing/shared_memory/shareable_item.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/value/utf8.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

// Formats of Python's module struct.
constexpr absl::string_view kIntFormat = "q";
constexpr absl::string_view kFloatFormat = "d";
constexpr absl::string_view kBoolFormat = "xxxxxxx?";
constexpr absl::string_view kNoneFormat = "xxxxxx?x";

absl::Status ValueError(absl::string_view message) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, message);
}

template <typename Number>
std::string BytesOf(Number number) {
  std::string bytes(sizeof(number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

template <typename Number>
Number NumberOf(absl::string_view bytes) {
  Number number;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

absl::string_view WithoutPadding(absl::string_view padded) {
  // npos + 1 is 0: nothing but NULs.
  return padded.substr(0, padded.find_last_not_of('\0') + 1);
}

absl::StatusOr<ShareableItem> Text(absl::string_view text, ShareableCode code) {
  if (!text.empty() && text.back() == '\0') {
    return ValueError("a ShareableList cannot keep NULs at the end of a str or bytes");
  }
  if (code == ShareableCode::kStr && ValidUtf8(text) != text.size()) {
    return ValueError("a str of a ShareableList must be UTF-8");
  }
  ShareableItem item = {std::string(text), "", code};
  if (item.room() > kShareableMostRoom) {
    return ValueError("a str or bytes of a ShareableList has at most 9,999,991 bytes");
  }
  return item;
}

absl::StatusOr<PyValue> ReadNumber(absl::string_view data, absl::string_view format) {
  if (format == kIntFormat) return PyValue(NumberOf<int64_t>(data));
  if (format == kFloatFormat) return PyValue(NumberOf<double>(data));
  if (format == kBoolFormat) return PyValue(data[7] != '\0');
  return ValueError(
      absl::StrCat("no format of a number in a ShareableList: \"", absl::CHexEscape(format), "\""));
}

absl::StatusOr<absl::string_view> ReadText(absl::string_view data, absl::string_view format) {
  uint32_t length = 0;
  if (!absl::ConsumeSuffix(&format, "s") || !absl::SimpleAtoi(format, &length) ||
      length > data.size()) {
    return ValueError(absl::StrCat("no format of a str or bytes of at most ", data.size(),
                                   " bytes in a ShareableList: \"", absl::CHexEscape(format),
                                   "\""));
  }
  return WithoutPadding(data.substr(0, length));
}

}  // namespace

size_t ShareableItem::room() const {
  if (!format.empty()) return kShareableAlignment;
  return kShareableAlignment * (bytes.size() / kShareableAlignment + 1);
}

std::string ShareableTextFormat(size_t room) { return absl::StrCat(room, "s"); }

absl::StatusOr<ShareableItem> MakeShareableItem(const PyValue& value) {
  switch (value.kind()) {
    case PyKind::kNone:
      return ShareableItem{BytesOf(int64_t{0}), std::string(kNoneFormat), ShareableCode::kNone};
    case PyKind::kBool: {
      std::string bytes(kShareableAlignment, '\0');
      bytes.back() = *value.AsBool() ? '\1' : '\0';
      return ShareableItem{bytes, std::string(kBoolFormat), ShareableCode::kNumber};
    }
    case PyKind::kInt: {
      const absl::StatusOr<int64_t> number = value.AsInt();
      if (!number.ok()) return number.status();
      return ShareableItem{BytesOf(*number), std::string(kIntFormat), ShareableCode::kNumber};
    }
    case PyKind::kFloat:
      return ShareableItem{BytesOf(*value.AsFloat()), std::string(kFloatFormat),
                           ShareableCode::kNumber};
    case PyKind::kStr:
      return Text(*value.AsStr(), ShareableCode::kStr);
    case PyKind::kBytes:
      return Text(*value.AsBytes(), ShareableCode::kBytes);
    default:
      return PythonTypeError(
          absl::StrCat("a ShareableList cannot have an item of type ", PyKindName(value.kind())));
  }
}

absl::StatusOr<PyValue> ReadShareableItem(absl::string_view data, absl::string_view format,
                                          char code) {
  format = WithoutPadding(format);
  switch (static_cast<ShareableCode>(code)) {
    case ShareableCode::kNumber:
      return ReadNumber(data, format);
    case ShareableCode::kNone:
      return PyValue();
    case ShareableCode::kStr: {
      const absl::StatusOr<absl::string_view> text = ReadText(data, format);
      if (!text.ok()) return text.status();
      const size_t valid = ValidUtf8(*text);
      if (valid == text->size()) return PyValue::Str(*text);
      return ValueError(absl::StrCat("a str of a ShareableList that is no UTF-8 from byte ", valid,
                                     " on: Python may have cut it off"));
    }
    case ShareableCode::kBytes: {
      const absl::StatusOr<absl::string_view> text = ReadText(data, format);
      if (!text.ok()) return text.status();
      return PyValue::Bytes(*text);
    }
  }
  return ValueError(
      absl::StrCat("no code of an item of a ShareableList: ", static_cast<int>(code)));
}

}  // namespace someos::multiprocessing::internal
