// The messages of Python's managers: requests and replies.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_MESSAGE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_MESSAGE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/serializer.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// How to write a message.
struct MessageForm {
  PickleDialect dialect = PickleDialect::kAll;
  Serializer serializer = Serializer::kPickle;
};

// (ident, name, args, kwargs). On a connection that is not for calls, the ident is None and the
// name is that of a function of the server.
struct ManagerRequest {
  std::string ident;  // empty for None
  std::string name;
  Arguments arguments;
};

// kInvalidArgument: no pickle, or one of something else. kResourceExhausted: beyond the limits,
// which hold for XML, too, but for max_nodes, and max_depth is at most kMaxXmlRpcDepth.
absl::StatusOr<ManagerRequest> ReadRequest(absl::string_view message,
                                           const UnpickleOptions& options = {},
                                           Serializer serializer = Serializer::kPickle);

// `args` is a tuple, `kwargs` a dict.
absl::StatusOr<std::string> WriteRequest(const PyValue& ident, absl::string_view name,
                                         const PyValue& args, const PyValue& kwargs,
                                         const MessageForm& form);

// The kinds of replies: (kind, content).
inline constexpr absl::string_view kReturn = "#RETURN";
inline constexpr absl::string_view kError = "#ERROR";
inline constexpr absl::string_view kProxy = "#PROXY";
inline constexpr absl::string_view kTraceback = "#TRACEBACK";
inline constexpr absl::string_view kUnserializable = "#UNSERIALIZABLE";

absl::StatusOr<std::string> WriteReply(absl::string_view kind, const PyValue& content,
                                       const MessageForm& form);

// What a client makes of a reply.
struct ManagerReply {
  bool is_proxy = false;
  PyValue value;  // of a proxy: (exposed, Token)
};

// For #ERROR the status of the exception, for #TRACEBACK and #UNSERIALIZABLE a RemoteError.
// kInvalidArgument (ValueError): "Unrecognized message type '...'", or no reply at all.
absl::StatusOr<ManagerReply> ReadReply(absl::string_view message,
                                       const UnpickleOptions& options = {},
                                       Serializer serializer = Serializer::kPickle);

// The dialect for the peer that has sent this pickle: what every Python reads for those that use
// protocol 2, among which are 2.7 and this library.
PickleDialect DialectOf(absl::string_view pickle);

// The text of '#TRACEBACK': like Python's, its last line names the exception.
std::string TracebackText(const absl::Status& status);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_MESSAGE_H_
