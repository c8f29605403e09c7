#include "someos/api/multiprocessing/managers/message.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/multiprocessing/xml_rpc/xml_rpc.h"

namespace someos::multiprocessing {
namespace {

absl::StatusOr<PyValue> Read(absl::string_view message, const UnpickleOptions& options,
                             Serializer serializer) {
  if (serializer == Serializer::kPickle) return Unpickle(message, options);
  XmlRpcLimits limits;
  limits.max_depth = std::min(options.max_depth, kMaxXmlRpcDepth);
  limits.max_memory = options.max_memory;
  return ReadXmlRpc(message, limits);
}

absl::StatusOr<std::string> Write(const PyValue& message, const MessageForm& form) {
  if (form.serializer == Serializer::kXmlRpc) return WriteXmlRpc(message);
  return Pickle(message, {form.dialect});
}

// Python 2.7's client insists on a str, not a unicode, for the text of a traceback: bytes, which
// Python 3 and this library read as a str if they are ASCII.
std::string AsciiOf(absl::string_view text) {
  std::string ascii;
  for (const char c : text) {
    if (absl::ascii_isascii(static_cast<unsigned char>(c))) {
      ascii += c;
    } else {
      absl::StrAppend(&ascii, "\\x", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return ascii;
}

absl::Status NoMessage(absl::string_view what, const PyValue& value) {
  constexpr size_t kShown = 200;
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(what, ": ", value.ToString(kShown)));
}

absl::StatusOr<ManagerReply> Raise(absl::string_view kind, const PyValue& content) {
  if (kind == kError) return StatusOfException(content);
  const absl::StatusOr<absl::string_view> text = content.AsStr();
  if (!text.ok()) {
    return PythonException("builtins", "TypeError",
                           absl::StrCat("Result ", content.ToString(), " (kind '", kind,
                                        "') type is ", PyKindName(content.kind()), ", not str"));
  }
  if (kind == kTraceback) return RemoteError(*text);
  return RemoteError(absl::StrCat("Unserializable message: ", *text, "\n"));
}

}  // namespace

absl::StatusOr<ManagerRequest> ReadRequest(absl::string_view message,
                                           const UnpickleOptions& options, Serializer serializer) {
  const absl::StatusOr<PyValue> value = Read(message, options, serializer);
  if (!value.ok()) return value.status();
  const absl::StatusOr<absl::Span<const PyValue>> parts = value->AsItems();
  if (!parts.ok() || parts->size() != 4) return NoMessage("not a request of a manager", *value);
  const absl::StatusOr<absl::string_view> name = (*parts)[1].AsStr();
  if (!name.ok()) return NoMessage("a request without a name", *value);
  absl::StatusOr<Arguments> arguments = Arguments::Create((*parts)[2], (*parts)[3]);
  if (!arguments.ok()) return arguments.status();
  ManagerRequest request;
  const absl::StatusOr<absl::string_view> ident = (*parts)[0].AsStr();
  if (ident.ok()) request.ident = std::string(*ident);
  request.name = std::string(*name);
  request.arguments = *std::move(arguments);
  return request;
}

absl::StatusOr<std::string> WriteRequest(const PyValue& ident, absl::string_view name,
                                         const PyValue& args, const PyValue& kwargs,
                                         const MessageForm& form) {
  return Write(PyValue::Tuple({ident, PyValue::Str(name), args, kwargs}), form);
}

absl::StatusOr<std::string> WriteReply(absl::string_view kind, const PyValue& content,
                                       const MessageForm& form) {
  const bool is_text = kind == kTraceback || kind == kUnserializable;
  if (is_text && form.serializer == Serializer::kPickle && form.dialect == PickleDialect::kAll) {
    return Pickle(PyValue::Tuple({PyValue::Str(kind), PyValue::Bytes(AsciiOf(*content.AsStr()))}),
                  {PickleDialect::kPython2});
  }
  return Write(PyValue::Tuple({PyValue::Str(kind), content}), form);
}

absl::StatusOr<ManagerReply> ReadReply(absl::string_view message, const UnpickleOptions& options,
                                       Serializer serializer) {
  const absl::StatusOr<PyValue> value = Read(message, options, serializer);
  if (!value.ok()) return value.status();
  const absl::StatusOr<absl::Span<const PyValue>> parts = value->AsItems();
  if (!parts.ok() || parts->size() != 2) return NoMessage("not a reply of a manager", *value);
  const absl::StatusOr<absl::string_view> kind = (*parts)[0].AsStr();
  if (kind.ok() && *kind == kReturn) return ManagerReply{false, (*parts)[1]};
  if (kind.ok() && *kind == kProxy) return ManagerReply{true, (*parts)[1]};
  if (kind.ok() && (*kind == kError || *kind == kTraceback || *kind == kUnserializable)) {
    return Raise(*kind, (*parts)[1]);
  }
  return NoMessage("Unrecognized message type", (*parts)[0]);
}

PickleDialect DialectOf(absl::string_view pickle) {
  constexpr char kProto = '\x80';
  const bool python3 = pickle.size() > 1 && pickle[0] == kProto && pickle[1] > 2;
  return python3 ? PickleDialect::kPython3 : PickleDialect::kAll;
}

std::string TracebackText(const absl::Status& status) {
  return absl::StrCat("Traceback (most recent call last):\n  in a server in C++\n",
                      ExceptionText(status), "\n");
}

}  // namespace someos::multiprocessing
