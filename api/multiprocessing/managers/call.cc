#include "someos/api/multiprocessing/managers/call.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing {

Call::~Call() {
  if (pending_ == nullptr) return;
  Return(PlainStatus(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("the server has given up the call of ", method(), "()")));
}

void Call::Return(absl::StatusOr<PyValue> value) { Deliver({std::move(value), nullptr, {}}); }

void Call::ReturnObject(std::shared_ptr<SharedObject> object, absl::string_view type_id) {
  Deliver({PyValue(), std::move(object), std::string(type_id)});
}

void Call::Deliver(CallOutcome outcome) {
  const std::shared_ptr<internal::PendingCall> pending = std::exchange(pending_, nullptr);
  pending->Deliver(std::move(outcome));
}

Call internal::InAnyThread(Call call, Executor post) {
  const PendingCall& pending = call.pending();
  std::string method = pending.method();
  Arguments arguments = pending.arguments();
  const CallerId caller = pending.caller();
  std::shared_ptr<SharedObject> target = pending.target();
  return Call(std::make_shared<PendingCall>(
      std::move(method), std::move(arguments), caller, std::move(target),
      [call = std::move(call), post = std::move(post)](CallOutcome outcome) mutable {
        post([call = std::move(call), outcome = std::move(outcome)]() mutable {
          call.Deliver(std::move(outcome));
        });
      }));
}

}  // namespace someos::multiprocessing
