// A client of a manager's server, in Python or in C++.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_CLIENT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/managers/manager_client_options.h"
#include "someos/api/multiprocessing/managers/proxy.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

// Python's manager after connect(). Copies share; thread-safe.
//
// Errors of all calls: those of Client and Connection; a RemoteError (IsRemoteError) with the
// server's traceback for what the server could not do.
class ManagerClient {
 public:
  // Connects once, to see that the server is there and knows the key.
  static absl::StatusOr<ManagerClient> Connect(const Address& address, absl::string_view authkey,
                                               const ManagerClientOptions& options = {});

  // A new object of a type that is registered with the server: Python's manager.TYPE_ID(...).
  absl::StatusOr<Proxy> Create(absl::string_view type_id, std::vector<PyValue> args = {},
                               const KeywordArguments& kwargs = {}) const;

  // The proxy for a pickled one that was received in a value (IsProxy). It must be of this server:
  // its address is not looked at. The other side must keep its own until this has returned.
  absl::StatusOr<Proxy> Rebuild(const PyValue& value) const;

  // Of the server: how many objects clients refer to, and a line for each of them.
  absl::StatusOr<int64_t> NumberOfObjects() const;
  absl::StatusOr<std::string> DebugInfo() const;
  // Ends the server.
  absl::Status Shutdown() const;

 private:
  explicit ManagerClient(std::shared_ptr<internal::ManagerLink> link) : link_(std::move(link)) {}

  std::shared_ptr<internal::ManagerLink> link_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_CLIENT_H_
