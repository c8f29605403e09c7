// Values as XML-RPC writes them: the "xmlrpclib" serializer of Python's managers.

#ifndef SOMEOS_API_MULTIPROCESSING_XML_RPC_XML_RPC_H_
#define SOMEOS_API_MULTIPROCESSING_XML_RPC_XML_RPC_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// One value, as Python's xmlrpc.client.dumps((value,), allow_none=True) and 2.7's xmlrpclib write
// it, which all versions read.
//
// What is read back is not always the same: tuples become lists, bytearrays bytes. Python reads
// bytes as an xmlrpc.client.Binary, which equals them.
//
// OverflowError (kOutOfRange) "int exceeds XML-RPC limits": it has more than 32 bits. TypeError
// (kInvalidArgument): "cannot marshal set objects", and so on of other types; "dictionary key must
// be string". ValueError (kInvalidArgument): a str with characters that XML cannot contain, which
// are the control characters but tab, newline and carriage return. kResourceExhausted: more than
// `max_size` bytes, "XML-RPC: more than 1073741824 bytes"; a value is written as often as it is
// contained in others.
absl::StatusOr<std::string> WriteXmlRpc(const PyValue& value, size_t max_size = size_t{1} << 30);

struct XmlRpcLimits {
  // Levels of values; at most kMaxXmlRpcDepth.
  size_t max_depth = 100;
  // Bytes that the value takes, estimated from above. A text of N bytes takes at most 16 * N.
  size_t max_memory = size_t{1} << 30;
};

inline constexpr size_t kMaxXmlRpcDepth = 1000;

// The value of such a text. Understands what Python writes, and no other XML: neither attributes
// nor comments, declarations of entities or types.
//
// The message says what is malformed and where, but of an int: "XML-RPC: expected </value> (offset
// 70)".
// - kInvalidArgument (ValueError): another text, or one that is cut off; limits beyond theirs.
// - kResourceExhausted: beyond one of the limits.
// - kUnimplemented: dateTime.iso8601.
absl::StatusOr<PyValue> ReadXmlRpc(absl::string_view text, const XmlRpcLimits& limits = {});

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_XML_RPC_XML_RPC_H_
