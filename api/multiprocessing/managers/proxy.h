// An object in a manager's server, as its clients see it.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_PROXY_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_PROXY_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {
namespace internal {
class ManagerLink;
class Referent;
}  // namespace internal

// Keyword arguments: names and values.
using KeywordArguments = std::vector<std::pair<std::string, PyValue>>;

// Copies share one reference to the object, which the last one gives up: that takes a connection to
// the server, for which it waits at most ManagerClientOptions::release_timeout.
//
// A forked child has references of its own, from its first call of the proxy on, until which the
// parent must keep its own. Thread-safe; calls of several threads run at the same time.
class Proxy {
 public:
  // Calls a method and returns its value.
  //
  // The exception that the method has raised, as python_exception.h maps it: RaisedException
  // returns it. A RemoteError (IsRemoteError): there is no such method or object, or the result
  // cannot be pickled; the message is the server's traceback. TypeError: the result is a proxy,
  // which is given up. Errors of Client and Connection: it is unknown then whether the method has
  // run; the next call connects again.
  absl::StatusOr<PyValue> Call(absl::string_view method, std::vector<PyValue> args = {},
                               const KeywordArguments& kwargs = {}) const;

  // The same for a method whose result is an object that stays in the server.
  absl::StatusOr<Proxy> CallForProxy(absl::string_view method, std::vector<PyValue> args = {},
                                     const KeywordArguments& kwargs = {}) const;

  // A copy of the object, and Python's repr() of it.
  absl::StatusOr<PyValue> GetValue() const { return Call("#GETVALUE"); }
  absl::StatusOr<std::string> Repr() const;

  // What stands for the proxy in arguments and other values: whoever receives it, here or in
  // Python, gets a proxy of its own (ManagerClient::Rebuild). This one has to live until then.
  PyValue ToValue() const;

  const Token& token() const;

 private:
  friend class ManagerClient;
  explicit Proxy(std::shared_ptr<const internal::Referent> referent)
      : referent_(std::move(referent)) {}

  // `counted`: the server has counted a reference for this proxy.
  static absl::StatusOr<Proxy> Of(std::shared_ptr<internal::ManagerLink> link, Token token,
                                  bool counted);

  std::shared_ptr<const internal::Referent> referent_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_PROXY_H_
