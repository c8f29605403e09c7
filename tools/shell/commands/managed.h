// Servers of managers, clients of them, and objects in them.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_MANAGED_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_MANAGED_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers.h"
#include "someos/tools/shell/commands/stream.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

// A server with the types of Python's SyncManager, and the thread that serves.
class Server : public Object {
 public:
  static constexpr absl::string_view kKind = "server";

  explicit Server(std::unique_ptr<multiprocessing::ManagerServer> server)
      : server_(std::move(server)), thread_([this] { server_->Serve().IgnoreError(); }) {}
  ~Server() override {
    server_->Stop();
    thread_.join();
  }

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override {
    return absl::StrCat("serves at ", AddressText(server_->address()));
  }
  std::optional<multiprocessing::Address> address() const override { return server_->address(); }

 private:
  const std::unique_ptr<multiprocessing::ManagerServer> server_;
  std::thread thread_;
};

// A client of a server, in Python or in C++.
class Manager : public Object {
 public:
  static constexpr absl::string_view kKind = "manager";

  Manager(multiprocessing::ManagerClient client, const multiprocessing::Address& address)
      : client_(std::move(client)), address_(AddressText(address)) {}

  const multiprocessing::ManagerClient& client() const { return client_; }

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override { return absl::StrCat("of the server at ", address_); }

 private:
  const multiprocessing::ManagerClient client_;
  const std::string address_;
};

// An object in a server.
class Managed : public Object {
 public:
  static constexpr absl::string_view kKind = "object";

  Managed(multiprocessing::Proxy proxy, absl::string_view type)
      : proxy_(std::move(proxy)), type_(type) {}

  const multiprocessing::Proxy& proxy() const { return proxy_; }
  // Those that the type has in Python's SyncManager; none if it is no type of it.
  std::vector<std::string> methods() const {
    const multiprocessing::ManagedTypes types = multiprocessing::SyncTypes();
    const multiprocessing::ManagedType* const type = types.Find(type_);
    return type == nullptr ? std::vector<std::string>() : type->exposed;
  }

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override { return absl::StrCat("a ", type_, " in a server"); }

 private:
  const multiprocessing::Proxy proxy_;
  const std::string type_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_MANAGED_H_
