#include "someos/api/multiprocessing/managers/session.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/message.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/python_exception.h"
#include "someos/api/multiprocessing/managers/token.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

PyValue NamesOf(const std::vector<std::string>& names) {
  std::vector<PyValue> values;
  values.reserve(names.size());
  for (const std::string& name : names) values.push_back(PyValue::Str(name));
  return PyValue::Tuple(std::move(values));
}

absl::Status KeyError(absl::string_view key) {
  return PythonException("builtins", "KeyError", key);
}

absl::Status NotExposed(const ManagerRequest& request, const ObjectTable::Entry& entry) {
  return PythonException(
      "builtins", "AttributeError",
      absl::StrCat("method '", request.name, "' of <class '", entry.object->class_name(),
                   "'> object is not in exposed=", NamesOf(entry.type->exposed).ToString()));
}

}  // namespace

Session::~Session() {
  if (pending_ != nullptr) pending_->Abandon();
}

void Session::Receive(absl::string_view message) {
  in_flight_.clear();
  dialect_ = DialectOf(message);
  if (state_ == State::kFunction) {
    ReceiveFunction(message);
  } else {
    ReceiveCall(message);
  }
}

void Session::ReceiveFunction(absl::string_view message) {
  state_ = State::kFinished;
  const absl::StatusOr<ManagerRequest> request =
      ReadRequest(message, server_.limits, server_.serializer);
  const absl::StatusOr<PyValue> result =
      request.ok() ? RunFunction(*request) : absl::StatusOr<PyValue>(request.status());
  if (!result.ok()) return Reply(kTraceback, PyValue::Str(TracebackText(result.status())));
  if (request->name == "accept_connection") state_ = State::kCalls;
  Reply(kReturn, *result);
}

absl::StatusOr<PyValue> Session::RunFunction(const ManagerRequest& request) {
  const absl::string_view name = request.name;
  if (name == "create") return Create(request.arguments);
  if (name == "incref" || name == "decref") return Count(request);
  if (name == "get_methods") return GetMethods(request.arguments);
  if (name == "accept_connection") {
    const absl::StatusOr<BoundArguments> bound = request.arguments.Bind(name, {"name"}, 1);
    if (!bound.ok()) return bound.status();
    return PyValue();
  }
  const absl::StatusOr<BoundArguments> none = request.arguments.Bind(name, {}, 0);
  if (name == "dummy" || name == "shutdown") {
    if (!none.ok()) return none.status();
    if (name == "shutdown") server_.shutting_down = true;
    return PyValue();
  }
  if (name == "number_of_objects") {
    if (!none.ok()) return none.status();
    return PyValue(static_cast<int64_t>(server_.objects->size()));
  }
  if (name == "debug_info") {
    if (!none.ok()) return none.status();
    return PyValue::Str(server_.objects->DebugInfo());
  }
  return PythonException("builtins", "AssertionError",
                         absl::StrCat(PyValue::Str(name).ToString(), " unrecognized"));
}

absl::StatusOr<PyValue> Session::Create(const Arguments& arguments) {
  if (arguments.positional().empty() || !arguments.positional()[0].AsStr().ok()) {
    return PythonException("builtins", "TypeError", "create() missing required argument 'typeid'");
  }
  const absl::string_view type_id = *arguments.positional()[0].AsStr();
  const ManagedType* type = server_.types.Find(type_id);
  if (type == nullptr) return KeyError(type_id);
  if (type->create == nullptr) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("objects of type '", type_id, "' are results of methods only"));
  }
  absl::StatusOr<std::shared_ptr<SharedObject>> object =
      type->create(server_.context, arguments.WithoutFirst());
  if (!object.ok()) return object.status();
  const std::string ident = server_.objects->Add(*std::move(object), type);
  return PyValue::Tuple({PyValue::Str(ident), NamesOf(type->exposed)});
}

absl::StatusOr<PyValue> Session::GetMethods(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("get_methods", {"token"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<Token> token = TokenOf(*(*bound)[0]);
  if (!token.ok()) return token.status();
  const ObjectTable::Entry* entry = server_.objects->Find(token->ident);
  if (entry == nullptr) return KeyError(token->ident);
  return NamesOf(entry->type->exposed);
}

absl::StatusOr<PyValue> Session::Count(const ManagerRequest& request) {
  const absl::StatusOr<BoundArguments> bound = request.arguments.Bind(request.name, {"ident"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> ident = (*bound)[0]->AsStr();
  if (!ident.ok()) return ident.status();
  absl::Status counted = request.name == "incref" ? server_.objects->Increment(*ident)
                                                  : server_.objects->Decrement(*ident);
  if (!counted.ok()) return counted;
  return PyValue();
}

void Session::ReceiveCall(absl::string_view message) {
  absl::StatusOr<ManagerRequest> request = ReadRequest(message, server_.limits, server_.serializer);
  if (!request.ok()) return Reply(kTraceback, PyValue::Str(TracebackText(request.status())));
  const ObjectTable::Entry* entry = server_.objects->Find(request->ident);
  if (entry == nullptr) {
    return Reply(kTraceback, PyValue::Str(TracebackText(KeyError(request->ident))));
  }
  if (!entry->type->Exposes(request->name)) {
    const absl::StatusOr<PyValue> result = Fallback(*entry, *request);
    if (!result.ok()) return Reply(kTraceback, PyValue::Str(TracebackText(result.status())));
    return Reply(kReturn, *result);
  }
  std::shared_ptr<SharedObject> object = entry->object;
  std::weak_ptr<Session> session = weak_from_this();
  pending_ = std::make_shared<PendingCall>(std::move(request->name), std::move(request->arguments),
                                           caller_, object, [session](CallOutcome outcome) {
                                             if (std::shared_ptr<Session> alive = session.lock())
                                               alive->Finish(std::move(outcome));
                                           });
  if (server_.executor == nullptr || !object->runs_in_executor()) {
    return object->Start(Call(pending_));
  }
  server_.executor([object, call = InAnyThread(Call(pending_), server_.post)]() mutable {
    object->Start(std::move(call));
  });
}

absl::StatusOr<PyValue> Session::Fallback(const ObjectTable::Entry& entry,
                                          const ManagerRequest& request) {
  if (request.name == "__str__") return PyValue::Str(entry.object->Str());
  if (request.name == "__repr__") return PyValue::Str(entry.object->Repr());
  if (request.name == "#GETVALUE") return entry.object->Value();
  return NotExposed(request, entry);
}

void Session::Finish(CallOutcome outcome) {
  pending_ = nullptr;
  if (!outcome.value.ok()) return ReplyError(outcome.value.status());
  if (outcome.object == nullptr) return Reply(kReturn, *outcome.value);
  const ManagedType* type = server_.types.Find(outcome.type_id);
  if (type == nullptr) {
    return Reply(kTraceback, PyValue::Str(TracebackText(KeyError(outcome.type_id))));
  }
  if (server_.serializer == Serializer::kXmlRpc) {
    return ReplyError(PythonTypeError("XML-RPC has no proxies"));
  }
  // One reference is counted, which the peer gives up when it has its proxy.
  const std::string ident = server_.objects->Add(std::move(outcome.object), type);
  Reply(kProxy, PyValue::Tuple({NamesOf(type->exposed),
                                TokenValue({outcome.type_id, server_.address, ident})}));
}

void Session::ReplyError(const absl::Status& status) {
  if (server_.serializer == Serializer::kPickle) return Reply(kError, ExceptionOf(status));
  // XML-RPC has no exceptions. (Python sends the attributes of one, which its clients cannot
  // raise.)
  Reply(kTraceback, PyValue::Str(TracebackText(status)));
}

void Session::Reply(absl::string_view kind, const PyValue& content) {
  absl::StatusOr<std::string> message = WriteReply(kind, content, form());
  if (!message.ok()) {
    message = WriteReply(kUnserializable, PyValue::Str(TracebackText(message.status())), form());
  } else {
    in_flight_ = server_.objects->HoldsIn(content);
  }
  // The text of an error can be written: it shows what cannot as Python's repr() does.
  if (message.ok()) send_(*std::move(message));
}

}  // namespace someos::multiprocessing::internal
