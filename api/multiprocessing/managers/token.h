// How Python names an object that a manager's server holds, in values.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TOKEN_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TOKEN_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Python's multiprocessing.managers.Token.
struct Token {
  std::string type_id;
  PyValue address;  // of the server, as its clients name it
  std::string ident;
};

PyValue TokenValue(const Token& token);
// kInvalidArgument (TypeError) if `value` is none.
absl::StatusOr<Token> TokenOf(const PyValue& value);

// A proxy as Python pickles it: whoever unpickles it gets a proxy of its own.
struct PickledProxy {
  Token token;
  // The class of the proxy. AutoProxy is made of the names in `exposed`.
  PyValue proxy_type = PyValue::Global("multiprocessing.managers", "AutoProxy");
  std::vector<std::string> exposed;  // of an AutoProxy; empty: the server is asked
};

PyValue ProxyValue(const PickledProxy& proxy);
// kInvalidArgument (TypeError) if `value` is no pickled proxy.
absl::StatusOr<PickledProxy> ProxyOf(const PyValue& value);
bool IsProxy(const PyValue& value);

// Calls `found` for each proxy in `value`, at any depth. Shared parts are looked at once.
void ForEachProxy(const PyValue& value, absl::FunctionRef<void(const PickledProxy&)> found);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TOKEN_H_
