#include "someos/api/multiprocessing/managers/token.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/value/py_kind.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::string_view kModule = "multiprocessing.managers";

bool IsGlobal(const PyValue& value, absl::string_view name) {
  const absl::StatusOr<absl::string_view> module = value.GlobalModule();
  const absl::StatusOr<absl::string_view> global = value.GlobalName();
  return module.ok() && global.ok() && *module == kModule && *global == name;
}

// The names in a tuple or list of strs; what is no str is left out.
std::vector<std::string> NamesOf(const PyValue& value) {
  std::vector<std::string> names;
  const absl::StatusOr<absl::Span<const PyValue>> items = value.AsItems();
  if (!items.ok()) return names;
  for (const PyValue& item : *items) {
    const absl::StatusOr<absl::string_view> name = item.AsStr();
    if (name.ok()) names.emplace_back(*name);
  }
  return names;
}

// The values that `value` consists of, one level below.
void AddParts(const PyValue& value, std::vector<PyValue>& pending) {
  if (value.kind() == PyKind::kObject) {
    PyObjectParts parts = *value.AsObject();
    for (PyValue* part :
         {&parts.args, &parts.kwargs, &parts.state, &parts.list_items, &parts.dict_items}) {
      pending.push_back(std::move(*part));
    }
    return;
  }
  const absl::StatusOr<absl::Span<const PyValue>> items =
      value.kind() == PyKind::kDict ? value.AsDictEntries() : value.AsItems();
  for (const PyValue& item : *items) {
    if (item.identity() != nullptr) pending.push_back(item);
  }
}

bool HasParts(const PyValue& value) {
  switch (value.kind()) {
    case PyKind::kTuple:
    case PyKind::kList:
    case PyKind::kDict:
    case PyKind::kSet:
    case PyKind::kFrozenSet:
    case PyKind::kObject:
      return true;
    default:
      return false;
  }
}

}  // namespace

PyValue TokenValue(const Token& token) {
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.callable = PyValue::Global(kModule, "Token");
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state =
      PyValue::Tuple({PyValue::Str(token.type_id), token.address, PyValue::Str(token.ident)});
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<Token> TokenOf(const PyValue& value) {
  const absl::StatusOr<PyObjectParts> parts = value.AsObject();
  if (parts.ok() && IsGlobal(parts->callable, "Token")) {
    const absl::StatusOr<absl::Span<const PyValue>> fields = parts->state.AsItems();
    if (fields.ok() && fields->size() == 3 && (*fields)[0].AsStr().ok() &&
        (*fields)[2].AsStr().ok()) {
      return Token{std::string(*(*fields)[0].AsStr()), (*fields)[1],
                   std::string(*(*fields)[2].AsStr())};
    }
  }
  return PythonTypeError("expected a Token");
}

PyValue ProxyValue(const PickledProxy& proxy) {
  std::vector<std::pair<PyValue, PyValue>> kwargs;
  if (!proxy.exposed.empty()) {
    std::vector<PyValue> names;
    for (const std::string& name : proxy.exposed) names.push_back(PyValue::Str(name));
    kwargs.emplace_back(PyValue::Str("exposed"), PyValue::Tuple(std::move(names)));
  }
  PyObjectParts parts;
  parts.callable = PyValue::Global(kModule, "RebuildProxy");
  parts.args = PyValue::Tuple({proxy.proxy_type, TokenValue(proxy.token), PyValue::Str("pickle"),
                               *PyValue::Dict(std::move(kwargs))});
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<PickledProxy> ProxyOf(const PyValue& value) {
  if (!IsProxy(value)) return PythonTypeError("expected a proxy");
  const PyObjectParts parts = *value.AsObject();
  const absl::StatusOr<absl::Span<const PyValue>> args = parts.args.AsItems();
  if (!args.ok() || args->size() != 4) return PythonTypeError("expected a proxy");
  absl::StatusOr<Token> token = TokenOf((*args)[1]);
  if (!token.ok()) return token.status();
  PickledProxy proxy;
  proxy.token = *std::move(token);
  proxy.proxy_type = (*args)[0];
  const absl::StatusOr<PyValue> exposed = (*args)[3].Get("exposed");
  if (exposed.ok()) proxy.exposed = NamesOf(*exposed);
  return proxy;
}

bool IsProxy(const PyValue& value) {
  if (value.kind() != PyKind::kObject) return false;
  return IsGlobal(value.AsObject()->callable, "RebuildProxy");
}

void ForEachProxy(const PyValue& value, absl::FunctionRef<void(const PickledProxy&)> found) {
  if (!HasParts(value)) return;
  absl::flat_hash_set<const void*> seen;
  std::vector<PyValue> pending = {value};
  while (!pending.empty()) {
    const PyValue next = std::move(pending.back());
    pending.pop_back();
    if (!HasParts(next) || !seen.insert(next.identity()).second) continue;
    const absl::StatusOr<PickledProxy> proxy = ProxyOf(next);
    if (proxy.ok()) {
      found(*proxy);
    } else {
      AddParts(next, pending);
    }
  }
}

}  // namespace someos::multiprocessing
