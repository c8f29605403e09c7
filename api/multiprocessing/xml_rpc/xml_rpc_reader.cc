// ReadXmlRpc.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/xml_rpc/xml_rpc.h"
#include "someos/api/multiprocessing/xml_rpc/xml_text.h"

namespace someos::multiprocessing {
namespace {

using Result = absl::StatusOr<PyValue>;

class Reader {
 public:
  Reader(absl::string_view text, const XmlRpcLimits& limits)
      : text_(text), rest_(text), limits_(limits) {}

  Result Message() {
    if (Take("<?xml")) {
      const size_t end = rest_.find("?>");
      if (end == absl::string_view::npos) return Wrong("expected ?>");
      rest_.remove_prefix(end + 2);
    }
    if (!Take("<params>")) return Expected("<params>");
    if (!Take("<param>")) return Expected("<param>");
    if (!Take("<value>")) return Expected("<value>");
    Result value = Value(1);
    if (!value.ok()) return value;
    if (!Take("</param>")) return Expected("</param>");
    if (!Take("</params>")) return Expected("</params>");
    SkipSpace();
    if (!rest_.empty()) return Expected("the end");
    return value;
  }

 private:
  // Of a value, beside its text: a place in a list, and a node where it has one.
  static constexpr size_t kMemoryOfValue = 128;

  // From behind <value> on.
  Result Value(size_t depth) {
    if (depth > limits_.max_depth) {
      return TooMuch(absl::StrCat("more than ", limits_.max_depth, " levels"));
    }
    if (absl::Status status = Charge(kMemoryOfValue); !status.ok()) return status;
    Result value = Content(depth);
    if (value.ok() && !Take("</value>")) return Expected("</value>");
    return value;
  }

  Result Content(size_t depth) {
    if (Take("<nil/>")) return PyValue();
    if (Take("<string>")) return Str("</string>");
    if (Take("<int>")) return Int();
    if (Take("<boolean>")) return Bool();
    if (Take("<double>")) return Double();
    if (Take("<base64>")) return Bytes();
    if (Take("<array>")) return Array(depth);
    if (Take("<struct>")) return Struct(depth);
    if (Take("<dateTime.iso8601>")) {
      return PlainStatus(absl::StatusCode::kUnimplemented,
                         "XML-RPC: dateTime.iso8601 has no place in a value");
    }
    return Wrong("expected a type");
  }

  Result Str(absl::string_view end) {
    const absl::StatusOr<absl::string_view> xml = Until(end);
    if (!xml.ok()) return xml.status();
    if (absl::Status status = Charge(xml->size()); !status.ok()) return status;
    const std::optional<std::string> text = internal::TextOfXml(*xml);
    if (!text.has_value()) return Wrong("not well-formed text");
    return PyValue::Str(*text);
  }

  Result Int() {
    const absl::StatusOr<absl::string_view> digits = Until("</int>");
    if (!digits.ok()) return digits.status();
    if (absl::Status status = Charge(digits->size()); !status.ok()) return status;
    return PyValue::IntFromDecimal(absl::StripAsciiWhitespace(*digits));
  }

  Result Bool() {
    const absl::StatusOr<absl::string_view> digit = Until("</boolean>");
    if (!digit.ok()) return digit.status();
    if (*digit != "0" && *digit != "1") return Wrong("bad boolean value");
    return PyValue(*digit == "1");
  }

  Result Double() {
    const absl::StatusOr<absl::string_view> digits = Until("</double>");
    double number = 0;
    if (!digits.ok()) return digits.status();
    if (!absl::SimpleAtod(*digits, &number)) return Wrong("not a double");
    return PyValue(number);
  }

  Result Bytes() {
    const absl::StatusOr<absl::string_view> text = Until("</base64>");
    if (!text.ok()) return text.status();
    if (absl::Status status = Charge(text->size()); !status.ok()) return status;
    std::string bytes;
    if (!absl::Base64Unescape(*text, &bytes)) return Wrong("not base64");
    return PyValue::Bytes(bytes);
  }

  Result Array(size_t depth) {
    if (!Take("<data>")) return Expected("<data>");
    std::vector<PyValue> items;
    while (Take("<value>")) {
      Result item = Value(depth + 1);
      if (!item.ok()) return item;
      items.push_back(*std::move(item));
    }
    if (!Take("</data>")) return Expected("</data>");
    if (!Take("</array>")) return Expected("</array>");
    return PyValue::List(std::move(items));
  }

  Result Struct(size_t depth) {
    std::vector<std::pair<PyValue, PyValue>> entries;
    while (Take("<member>")) {
      if (absl::Status status = Charge(kMemoryOfValue); !status.ok()) return status;
      if (!Take("<name>")) return Expected("<name>");
      Result name = Str("</name>");
      if (!name.ok()) return name;
      if (!Take("<value>")) return Expected("<value>");
      Result value = Value(depth + 1);
      if (!value.ok()) return value;
      if (!Take("</member>")) return Expected("</member>");
      entries.emplace_back(*std::move(name), *std::move(value));
    }
    if (!Take("</struct>")) return Expected("</struct>");
    return PyValue::Dict(std::move(entries));
  }

  // Removes a tag that is next, with the space before it.
  bool Take(absl::string_view tag) {
    SkipSpace();
    if (!absl::StartsWith(rest_, tag)) return false;
    rest_.remove_prefix(tag.size());
    return true;
  }

  // What is before the tag `end`, which is removed and must be the next one.
  absl::StatusOr<absl::string_view> Until(absl::string_view end) {
    const absl::string_view content = rest_.substr(0, rest_.find('<'));
    rest_.remove_prefix(content.size());
    if (!absl::StartsWith(rest_, end)) return Expected(end);
    rest_.remove_prefix(end.size());
    return content;
  }

  void SkipSpace() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  absl::Status Charge(size_t memory) {
    if (memory > limits_.max_memory - used_) {
      return TooMuch(absl::StrCat("more than ", limits_.max_memory, " bytes of memory"));
    }
    used_ += memory;
    return absl::OkStatus();
  }

  absl::Status Wrong(absl::string_view what) const {
    return PlainStatus(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("XML-RPC: ", what, " (offset ", text_.size() - rest_.size(), ")"));
  }
  absl::Status Expected(absl::string_view what) const {
    return Wrong(absl::StrCat("expected ", what));
  }
  static absl::Status TooMuch(absl::string_view what) {
    return PlainStatus(absl::StatusCode::kResourceExhausted, absl::StrCat("XML-RPC: ", what));
  }

  const absl::string_view text_;
  absl::string_view rest_;
  const XmlRpcLimits limits_;
  size_t used_ = 0;
};

}  // namespace

absl::StatusOr<PyValue> ReadXmlRpc(absl::string_view text, const XmlRpcLimits& limits) {
  if (limits.max_depth > kMaxXmlRpcDepth) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("max_depth must be at most ", kMaxXmlRpcDepth));
  }
  return Reader(text, limits).Message();
}

}  // namespace someos::multiprocessing
