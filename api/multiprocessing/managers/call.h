// A call of a shared object's method, from its arrival until its reply.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_CALL_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_CALL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

class SharedObject;

// A connection to the server, which is what Python's server has a thread for: the owner of an
// RLock. Never used again.
using CallerId = uint64_t;

// What a method has come to: a value, an exception, or an object of which the caller gets a proxy.
struct CallOutcome {
  absl::StatusOr<PyValue> value = PyValue();
  std::shared_ptr<SharedObject> object = nullptr;
  std::string type_id = {};  // of the object, as it was registered
};

// Runs a function, at once or later, in any thread.
using Executor = std::function<void(absl::AnyInvocable<void()>)>;

// Passes a call's outcome to its caller, and may run in any thread.
using CallDelivery = absl::AnyInvocable<void(CallOutcome)>;

namespace internal {

// What a Call and its connection share. Used by the server's thread alone.
class PendingCall {
 public:
  PendingCall(std::string method, Arguments arguments, CallerId caller,
              std::shared_ptr<SharedObject> target, CallDelivery deliver)
      : method_(std::move(method)),
        arguments_(std::move(arguments)),
        caller_(caller),
        target_(std::move(target)),
        deliver_(std::move(deliver)) {}

  const std::string& method() const { return method_; }
  const Arguments& arguments() const { return arguments_; }
  CallerId caller() const { return caller_; }
  const std::shared_ptr<SharedObject>& target() const { return target_; }

  void Deliver(CallOutcome outcome) { deliver_(std::move(outcome)); }

  // The connection is gone: nobody waits for the outcome any more.
  void Abandon() {
    if (absl::AnyInvocable<void()> stop_waiting = std::exchange(on_abandon_, nullptr)) {
      stop_waiting();
    }
  }
  // What Abandon is to do while the call waits; null when it no longer does.
  void OnAbandon(absl::AnyInvocable<void()> stop_waiting) { on_abandon_ = std::move(stop_waiting); }

 private:
  const std::string method_;
  const Arguments arguments_;
  const CallerId caller_;
  const std::shared_ptr<SharedObject> target_;  // lives until the call has ended
  CallDelivery deliver_;
  absl::AnyInvocable<void()> on_abandon_;
};

}  // namespace internal

// Whoever has it owes the caller one reply, now or later: it may be kept, without a thread that
// waits. One that is destroyed without a reply answers with a RuntimeError. Move-only.
class Call {
 public:
  explicit Call(std::shared_ptr<internal::PendingCall> pending) : pending_(std::move(pending)) {}
  Call(Call&&) = default;
  Call& operator=(Call&&) = delete;
  ~Call();

  // Valid until the reply.
  absl::string_view method() const { return pending_->method(); }
  const Arguments& arguments() const { return pending_->arguments(); }
  CallerId caller() const { return pending_->caller(); }

  // The reply: one of these, once. After that the Call is empty.
  void Return(absl::StatusOr<PyValue> value);
  void Return(absl::Status error) { Return(absl::StatusOr<PyValue>(std::move(error))); }
  void Return(PyValue value = {}) { Return(absl::StatusOr<PyValue>(std::move(value))); }
  void ReturnObject(std::shared_ptr<SharedObject> object, absl::string_view type_id);

  // For this library.
  internal::PendingCall& pending() { return *pending_; }
  void Deliver(CallOutcome outcome);

 private:
  std::shared_ptr<internal::PendingCall> pending_;
};

namespace internal {

// The same call for another thread than the server's: its reply is handed to `post`, which runs
// functions in that thread.
Call InAnyThread(Call call, Executor post);

}  // namespace internal
}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_CALL_H_
