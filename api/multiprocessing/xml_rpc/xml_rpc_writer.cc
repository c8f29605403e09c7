// WriteXmlRpc.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_float_text.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/xml_rpc/xml_rpc.h"
#include "someos/api/multiprocessing/xml_rpc/xml_text.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

class Writer {
 public:
  explicit Writer(size_t max_size) : max_size_(max_size) {}

  absl::Status Value(const PyValue& value, size_t depth) {
    if (depth > kMaxXmlRpcDepth) {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         absl::StrCat("XML-RPC: more than ", kMaxXmlRpcDepth, " levels"));
    }
    // A value may be contained in others more often than could ever be written.
    if (xml_.size() > max_size_) return TooLong();
    switch (value.kind()) {
      case PyKind::kNone:
        return Add("<value><nil/></value>");
      case PyKind::kBool:
        return Typed("boolean", *value.AsBool() ? "1" : "0");
      case PyKind::kInt:
        return Int(value);
      case PyKind::kFloat:
        return Typed("double", internal::FloatText(*value.AsFloat()));
      case PyKind::kStr:
        return Str(*value.AsStr());
      case PyKind::kBytes:
      case PyKind::kByteArray:
        return Bytes(*value.AsBytes());
      case PyKind::kTuple:
      case PyKind::kList:
        return Array(*value.AsItems(), depth);
      case PyKind::kDict:
        return Struct(*value.AsDictEntries(), depth);
      default:
        return PythonTypeError(
            absl::StrCat("cannot marshal ", PyKindName(value.kind()), " objects"));
    }
  }

  absl::Status Add(absl::string_view xml) {
    absl::StrAppend(&xml_, xml);
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Take() {
    if (xml_.size() > max_size_) return TooLong();
    return std::move(xml_);
  }

 private:
  absl::Status TooLong() const {
    return PlainStatus(absl::StatusCode::kResourceExhausted,
                       absl::StrCat("XML-RPC: more than ", max_size_, " bytes"));
  }

  absl::Status Typed(absl::string_view type, absl::string_view content) {
    absl::StrAppend(&xml_, "<value><", type, ">", content, "</", type, "></value>\n");
    return absl::OkStatus();
  }

  absl::Status Int(const PyValue& value) {
    const absl::StatusOr<int64_t> number = value.AsInt();
    if (!number.ok() || *number < std::numeric_limits<int32_t>::min() ||
        *number > std::numeric_limits<int32_t>::max()) {
      return PlainStatus(absl::StatusCode::kOutOfRange, "int exceeds XML-RPC limits");
    }
    return Typed("int", absl::StrCat(*number));
  }

  absl::Status Text(absl::string_view text) {
    if (internal::AppendAsXml(text, xml_)) return absl::OkStatus();
    return PlainStatus(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("XML cannot contain the str ", PyValue::Str(text).ToString(100)));
  }

  absl::Status Str(absl::string_view text) {
    xml_ += "<value><string>";
    if (absl::Status status = Text(text); !status.ok()) return status;
    return Add("</string></value>\n");
  }

  absl::Status Bytes(absl::string_view bytes) {
    constexpr size_t kInLine = 57;  // 76 characters, as MIME's and Python's
    xml_ += "<value><base64>\n";
    for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kInLine))) {
      absl::StrAppend(&xml_, absl::Base64Escape(bytes.substr(0, kInLine)), "\n");
    }
    return Add("</base64></value>\n");
  }

  absl::Status Array(absl::Span<const PyValue> items, size_t depth) {
    xml_ += "<value><array><data>\n";
    for (const PyValue& item : items) {
      if (absl::Status status = Value(item, depth + 1); !status.ok()) return status;
    }
    return Add("</data></array></value>\n");
  }

  absl::Status Struct(absl::Span<const PyValue> entries, size_t depth) {
    xml_ += "<value><struct>\n";
    for (size_t i = 0; i < entries.size(); i += 2) {
      const absl::StatusOr<absl::string_view> name = entries[i].AsStr();
      if (!name.ok()) return PythonTypeError("dictionary key must be string");
      xml_ += "<member>\n<name>";
      if (absl::Status status = Text(*name); !status.ok()) return status;
      xml_ += "</name>\n";
      if (absl::Status status = Value(entries[i + 1], depth + 1); !status.ok()) return status;
      xml_ += "</member>\n";
    }
    return Add("</struct></value>\n");
  }

  const size_t max_size_;
  std::string xml_;
};

}  // namespace

absl::StatusOr<std::string> WriteXmlRpc(const PyValue& value, size_t max_size) {
  Writer writer(max_size);
  (void)writer.Add("<params>\n<param>\n");
  if (absl::Status status = writer.Value(value, 1); !status.ok()) return status;
  (void)writer.Add("</param>\n</params>\n");
  return writer.Take();
}

}  // namespace someos::multiprocessing
