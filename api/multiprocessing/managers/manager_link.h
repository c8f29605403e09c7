// What the proxies of a server share: how to reach it, and the connections to it. Private to this
// package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_LINK_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_LINK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/multiprocessing/connection/address.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/managers/manager_client_options.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/base/process_lock.h"

namespace someos::multiprocessing::internal {

// Each thread has a connection of its own for calls, as in Python, because that is what a server
// takes for the owner of a lock; it is closed when the thread ends. The server's functions are
// called over a connection each. Thread-safe.
//
// In a forked child the connections are the parent's: they are closed, and made anew.
class ManagerLink : public std::enable_shared_from_this<ManagerLink> {
 public:
  ManagerLink(const Address& address, absl::string_view authkey,
              const ManagerClientOptions& options);

  const Address& address() const { return address_; }
  absl::Duration release_timeout() const { return options_.release_timeout; }

  // Calls one of the server's functions.
  absl::StatusOr<PyValue> Function(absl::string_view name, PyValue args, PyValue kwargs,
                                   absl::Duration timeout = absl::InfiniteDuration());

  // Calls an object's method over this thread's connection. A connection that has failed is closed;
  // the next call makes a new one.
  absl::StatusOr<ManagerReply> Call(absl::string_view ident, absl::string_view method,
                                    const PyValue& args, const PyValue& kwargs);

  // For the thread that ends.
  void Forget(const void* thread) ABSL_LOCKS_EXCLUDED(lock_);

 private:
  struct CallConnection {
    Connection connection;
    PickleDialect dialect;
  };

  // What is left of a timeout that several waits share.
  class Remaining {
   public:
    explicit Remaining(absl::Duration timeout);
    absl::Duration Now() const;

   private:
    absl::Duration end_;
  };

  absl::StatusOr<Connection> Connect(const Remaining& remaining);
  absl::StatusOr<ManagerReply> Exchange(Connection& connection, absl::string_view request,
                                        PickleDialect& dialect, const Remaining& remaining);
  // This thread's, valid until it is forgotten.
  absl::StatusOr<CallConnection*> OfThisThread() ABSL_LOCKS_EXCLUDED(lock_);

  const Address address_;
  const Secret authkey_;
  const ManagerClientOptions options_;
  base::ProcessLock lock_;                      // free in a child that is forked while it is held
  uint32_t generation_ ABSL_GUARDED_BY(lock_);  // of the process that has the connections
  absl::flat_hash_map<const void*, std::unique_ptr<CallConnection>> by_thread_
      ABSL_GUARDED_BY(lock_);
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGER_LINK_H_
