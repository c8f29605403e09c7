// What a manager's server does with the messages of one connection, without reading or writing any.
// Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_SESSION_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_SESSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/serializer.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"

namespace someos::multiprocessing::internal {

// What the sessions of a server share.
struct ServerState {
  ManagedTypes types;
  PyValue address;
  std::shared_ptr<ObjectTable> objects;
  ServerContext context;
  // Runs the methods of objects that allow it; null: the server's thread does.
  Executor executor;
  // Runs a function in the server's thread, soon. From any thread; without effect when the server
  // no longer serves.
  Executor post;
  UnpickleOptions limits;
  Serializer serializer = Serializer::kPickle;
  CallerId last_caller = 0;
  bool shutting_down = false;
};

// Begins with the first message after authentication: the name of one of the server's functions.
// After accept_connection, calls follow. Each message gets one reply, and the peer sends no other
// before that. Used by the server's thread alone.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `send` gets the replies, also while Receive runs. Both must outlive the session.
  Session(ServerState* server, std::function<void(std::string)> send)
      : server_(*server), send_(std::move(send)), caller_(++server->last_caller) {}
  // Whoever waits for something no longer does.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void Receive(absl::string_view message);
  // A call has not been replied to.
  bool busy() const { return pending_ != nullptr; }
  // No message is expected any more: the connection is to be closed when the reply is sent.
  bool finished() const { return state_ == State::kFinished; }

 private:
  enum class State { kFunction, kCalls, kFinished };

  void ReceiveFunction(absl::string_view message);
  void ReceiveCall(absl::string_view message);
  absl::StatusOr<PyValue> RunFunction(const ManagerRequest& request);
  absl::StatusOr<PyValue> Create(const Arguments& arguments);
  absl::StatusOr<PyValue> GetMethods(const Arguments& arguments);
  absl::StatusOr<PyValue> Count(const ManagerRequest& request);
  // What has no method: __str__, __repr__, #GETVALUE.
  absl::StatusOr<PyValue> Fallback(const ObjectTable::Entry& entry, const ManagerRequest& request);
  void Finish(CallOutcome outcome);
  MessageForm form() const { return {dialect_, server_.serializer}; }
  void Reply(absl::string_view kind, const PyValue& content);
  void ReplyError(const absl::Status& status);

  ServerState& server_;
  const std::function<void(std::string)> send_;
  const CallerId caller_;
  State state_ = State::kFunction;
  PickleDialect dialect_ = PickleDialect::kAll;
  std::shared_ptr<PendingCall> pending_;
  // What the last reply refers to, until the peer shows by its next message that it has read it: by
  // then it has counted its own references.
  std::vector<ObjectHold> in_flight_;
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_SESSION_H_
