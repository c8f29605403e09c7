// A manager's server in a thread, for tests.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_TESTING_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_TESTING_H_

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/server.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {

// On loopback, until it is destroyed.
class ServedManager {
 public:
  ServedManager(absl::string_view authkey, ManagedTypes types, const ServerOptions& options = {})
      : server_(*ManagerServer::Create(Address::Inet("127.0.0.1", 0), authkey, std::move(types),
                                       options)),
        thread_([this] { EXPECT_THAT(server_->Serve(), Succeeds()); }) {}
  ~ServedManager() {
    server_->Stop();
    thread_.join();
  }
  ServedManager(const ServedManager&) = delete;
  ServedManager& operator=(const ServedManager&) = delete;

  const Address& address() const { return server_->address(); }

 private:
  const std::unique_ptr<ManagerServer> server_;
  std::thread thread_;
};

// A connection that has been authenticated.
inline Connection Authenticated(const ServedManager& served, absl::string_view authkey) {
  ClientOptions options;
  options.authentication.authkey = std::string(authkey);
  return *Client(served.address(), options);
}

// One for calls.
inline Connection ForCalls(const ServedManager& served, absl::string_view authkey) {
  Connection connection = Authenticated(served, authkey);
  EXPECT_THAT(connection.SendBytes(*WriteRequest(PyValue(), "accept_connection",
                                                 PyValue::Tuple({PyValue::Str("test")}),
                                                 *PyValue::Dict({}), {})),
              Succeeds());
  EXPECT_THAT(connection.ReceiveBytes(), Succeeds());
  return connection;
}

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SERVER_TESTING_H_
