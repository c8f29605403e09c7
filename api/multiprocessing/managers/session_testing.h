// A server without connections, for tests of this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SESSION_TESTING_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SESSION_TESTING_H_

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/session.h"
#include "someos/api/multiprocessing/managers/timer_queue.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/managers/types/sync_types.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

// Time passes by Advance alone.
class TestServer {
 public:
  explicit TestServer(ManagedTypes types = SyncTypes()) : timers_([this] { return now_; }) {
    state.types = std::move(types);
    state.address = PyValue::Str("/server");
    state.objects = std::make_shared<ObjectTable>(0x1000);
    state.context.objects = state.objects.get();
    state.context.timers = &timers_;
  }
  ~TestServer() { state.objects->Clear(); }

  void Advance(absl::Duration time) {
    now_ += time;
    timers_.RunDue();
    state.objects->Collect();
  }
  PyValue ProxyTo(const std::string& type_id, const std::string& ident) const {
    return ProxyValue({{type_id, state.address, ident}, PyValue(), {}});
  }

  ServerState state;

 private:
  absl::Duration now_ = absl::Seconds(1000);
  TimerQueue timers_;
};

// A client's connection.
class TestPeer {
 public:
  // One for calls.
  explicit TestPeer(TestServer& server) : TestPeer(server, 0) {
    (void)Function("accept_connection", {PyValue::Str("test")});
  }
  // A call of one of the server's functions, on a connection of its own.
  static absl::StatusOr<PyValue> Once(TestServer& server, absl::string_view function,
                                      std::vector<PyValue> args, PyValue kwargs = EmptyDict()) {
    TestPeer peer(server, 0);
    absl::StatusOr<PyValue> result = peer.Function(function, std::move(args), std::move(kwargs));
    server.state.objects->Collect();
    return result;
  }
  // The ident of a new object.
  static std::string Create(TestServer& server, absl::string_view type_id,
                            std::vector<PyValue> args = {}) {
    args.insert(args.begin(), PyValue::Str(type_id));
    const absl::StatusOr<PyValue> made = Once(server, "create", std::move(args));
    return made.ok() ? std::string(*(*made->AsItems())[0].AsStr())
                     : std::string(made.status().message());
  }

  void Send(const std::string& ident, absl::string_view method, std::vector<PyValue> args = {},
            PyValue kwargs = EmptyDict()) {
    SendRaw(
        *WriteRequest(PyValue::Str(ident), method, PyValue::Tuple(std::move(args)), kwargs, {}));
  }
  void SendRaw(absl::string_view message) {
    session_->Receive(message);
    server_.state.objects->Collect();
  }
  // Whether the call still waits.
  bool waits() const { return replies_.empty(); }
  // The oldest reply.
  absl::StatusOr<ManagerReply> Reply() {
    const std::string reply = std::move(replies_.front());
    replies_.pop_front();
    return ReadReply(reply);
  }
  absl::StatusOr<PyValue> Call(const std::string& ident, absl::string_view method,
                               std::vector<PyValue> args = {}, PyValue kwargs = EmptyDict()) {
    Send(ident, method, std::move(args), std::move(kwargs));
    const absl::StatusOr<ManagerReply> reply = Reply();
    if (!reply.ok()) return reply.status();
    return reply->value;
  }
  // The connection is gone.
  void Die() { session_ = nullptr; }

  static PyValue EmptyDict() { return *PyValue::Dict({}); }

 private:
  TestPeer(TestServer& server, int /*without accept_connection*/)
      : server_(server),
        session_(std::make_shared<Session>(
            &server.state, [this](std::string reply) { replies_.push_back(std::move(reply)); })) {}

  absl::StatusOr<PyValue> Function(absl::string_view name, std::vector<PyValue> args,
                                   PyValue kwargs = EmptyDict()) {
    session_->Receive(*WriteRequest(PyValue(), name, PyValue::Tuple(std::move(args)), kwargs, {}));
    const absl::StatusOr<ManagerReply> reply = Reply();
    if (!reply.ok()) return reply.status();
    return reply->value;
  }

  TestServer& server_;
  std::deque<std::string> replies_;
  std::shared_ptr<Session> session_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SESSION_TESTING_H_
