#include "someos/api/multiprocessing/managers/manager_link.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/handshake.h"
#include "someos/api/multiprocessing/connection/pending_handshake.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/process_lock.h"

namespace someos::multiprocessing::internal {
namespace {

// Closes a thread's connections when it ends.
class ThreadLinks {
 public:
  ~ThreadLinks() {
    for (const std::weak_ptr<ManagerLink>& link : links_) {
      if (const std::shared_ptr<ManagerLink> alive = link.lock()) alive->Forget(this);
    }
  }
  void Add(std::weak_ptr<ManagerLink> link) {
    links_.erase(std::remove_if(links_.begin(), links_.end(),
                                [](const auto& known) { return known.expired(); }),
                 links_.end());
    links_.push_back(std::move(link));
  }

 private:
  std::vector<std::weak_ptr<ManagerLink>> links_;
};

ThreadLinks& LinksOfThisThread() {
  thread_local ThreadLinks links;
  return links;
}

absl::Duration MonotonicTime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

PyValue NoKeywords() { return *PyValue::Dict({}); }

}  // namespace

ManagerLink::Remaining::Remaining(absl::Duration timeout) : end_(MonotonicTime() + timeout) {}

absl::Duration ManagerLink::Remaining::Now() const { return end_ - MonotonicTime(); }

ManagerLink::ManagerLink(const Address& address, absl::string_view authkey,
                         const ManagerClientOptions& options)
    : address_(address), authkey_(authkey), options_(options) {
  base::WatchForForks();
  generation_ = base::ForkGeneration();
}

absl::StatusOr<Connection> ManagerLink::Connect(const Remaining& remaining) {
  ClientOptions options;
  options.connect_timeout = std::min(remaining.Now(), options_.connect_timeout);
  options.connection = options_.connection;
  absl::StatusOr<Connection> connection = Client(address_, options);
  if (!connection.ok()) return connection.status();
  Authentication authentication;
  authentication.authkey = std::string(authkey_.view());
  authentication.digests = options_.digests;
  return Authenticate(*std::move(connection), HandshakeRole::kClient, authentication,
                      std::min(remaining.Now(), options_.handshake_timeout));
}

absl::StatusOr<ManagerReply> ManagerLink::Exchange(Connection& connection,
                                                   absl::string_view request,
                                                   PickleDialect& dialect,
                                                   const Remaining& remaining) {
  absl::Status sent = connection.SendBytes(request, remaining.Now());
  if (!sent.ok()) {
    connection.Close();
    return sent;
  }
  const absl::StatusOr<std::string> reply = connection.ReceiveBytes(std::nullopt, remaining.Now());
  if (!reply.ok()) {
    connection.Close();
    return reply.status();
  }
  dialect = DialectOf(*reply);
  return ReadReply(*reply, options_.connection.unpickle, options_.serializer);
}

absl::StatusOr<PyValue> ManagerLink::Function(absl::string_view name, PyValue args, PyValue kwargs,
                                              absl::Duration timeout) {
  const absl::StatusOr<std::string> request =
      WriteRequest(PyValue(), name, args, kwargs, {PickleDialect::kAll, options_.serializer});
  if (!request.ok()) return request.status();
  const Remaining remaining(timeout);
  absl::StatusOr<Connection> connection = Connect(remaining);
  if (!connection.ok()) return connection.status();
  PickleDialect dialect = PickleDialect::kAll;
  absl::StatusOr<ManagerReply> reply = Exchange(*connection, *request, dialect, remaining);
  if (!reply.ok()) return reply.status();
  return std::move(reply->value);
}

absl::StatusOr<ManagerReply> ManagerLink::Call(absl::string_view ident, absl::string_view method,
                                               const PyValue& args, const PyValue& kwargs) {
  const absl::StatusOr<CallConnection*> own = OfThisThread();
  if (!own.ok()) return own.status();
  const absl::StatusOr<std::string> request = WriteRequest(
      PyValue::Str(ident), method, args, kwargs, {(*own)->dialect, options_.serializer});
  if (!request.ok()) return request.status();
  absl::StatusOr<ManagerReply> reply =
      Exchange((*own)->connection, *request, (*own)->dialect, Remaining(absl::InfiniteDuration()));
  if ((*own)->connection.closed()) Forget(&LinksOfThisThread());
  return reply;
}

void ManagerLink::Forget(const void* thread) {
  lock_.Lock();
  by_thread_.erase(thread);
  lock_.Unlock();
}

absl::StatusOr<ManagerLink::CallConnection*> ManagerLink::OfThisThread() {
  ThreadLinks& thread = LinksOfThisThread();
  lock_.Lock();
  if (!base::InForkGeneration(generation_)) {
    by_thread_.clear();
    generation_ = base::ForkGeneration();
  }
  const auto found = by_thread_.find(&thread);
  CallConnection* known = found == by_thread_.end() ? nullptr : found->second.get();
  lock_.Unlock();
  if (known != nullptr) return known;

  const Remaining forever(absl::InfiniteDuration());
  absl::StatusOr<Connection> connection = Connect(forever);
  if (!connection.ok()) return connection.status();
  const absl::StatusOr<std::string> request =
      WriteRequest(PyValue(), "accept_connection", PyValue::Tuple({PyValue::Str(options_.name)}),
                   NoKeywords(), {PickleDialect::kAll, options_.serializer});
  if (!request.ok()) return request.status();
  PickleDialect dialect = PickleDialect::kAll;
  const absl::StatusOr<ManagerReply> reply = Exchange(*connection, *request, dialect, forever);
  if (!reply.ok()) return reply.status();
  auto made = std::make_unique<CallConnection>(CallConnection{*std::move(connection), dialect});
  CallConnection* added = made.get();
  thread.Add(weak_from_this());
  lock_.Lock();
  by_thread_.insert_or_assign(&thread, std::move(made));
  lock_.Unlock();
  return added;
}

}  // namespace someos::multiprocessing::internal
