#include "someos/api/multiprocessing/managers/types/namespace_object.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/api/python_error.h"

namespace someos::multiprocessing::internal {
namespace {

absl::Status NoAttribute(absl::string_view name) {
  return PythonException("builtins", "AttributeError",
                         absl::StrCat("'Namespace' object has no attribute '", name, "'"));
}

}  // namespace

ManagedType NamespaceType() {
  ManagedType type;
  type.type_id = "Namespace";
  type.create = [](const ServerContext& context,
                   const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    if (!arguments.positional().empty()) {
      return PythonTypeError(absl::StrCat("Namespace() takes no positional arguments (",
                                          arguments.positional().size(), " given)"));
    }
    return std::make_shared<NamespaceObject>(context, arguments);
  };
  type.exposed = {"__getattribute__", "__setattr__", "__delattr__"};
  return type;
}

NamespaceObject::NamespaceObject(const ServerContext& context, const Arguments& arguments)
    : objects_(*context.objects) {
  const absl::Span<const PyValue> keywords = arguments.keywords();
  for (size_t i = 0; i < keywords.size(); i += 2) {
    attributes_.emplace(std::string(*keywords[i].AsStr()), HeldValue(keywords[i + 1], objects_));
  }
}

void NamespaceObject::Start(Call call) {
  static constexpr NamedMethod<NamespaceObject> kMethods[] = {
      {"__getattribute__", &NamespaceObject::Get},
      {"__setattr__", &NamespaceObject::Set},
      {"__delattr__", &NamespaceObject::Delete},
  };
  StartMethod<NamespaceObject>(kMethods, *this, std::move(call));
}

std::string NamespaceObject::Repr() const {
  std::vector<std::string> shown;
  for (const auto& [name, value] : attributes_) {
    if (name.empty() || name[0] == '_') continue;
    shown.push_back(absl::StrCat(name, "=", value.value().ToString()));
  }
  return absl::StrCat("Namespace(", absl::StrJoin(shown, ", "), ")");
}

absl::StatusOr<PyValue> NamespaceObject::Value() const {
  std::vector<std::pair<PyValue, PyValue>> state;
  for (const auto& [name, value] : attributes_) {
    state.emplace_back(PyValue::Str(name), value.value());
  }
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.callable = PyValue::Global("multiprocessing.managers", "Namespace");
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state = *PyValue::Dict(std::move(state));
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<PyValue> NamespaceObject::Get(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__getattribute__", {"name"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> name = (*bound)[0]->AsStr();
  if (!name.ok()) return name.status();
  const auto found = attributes_.find(*name);
  if (found == attributes_.end()) return NoAttribute(*name);
  return found->second.value();
}

absl::StatusOr<PyValue> NamespaceObject::Set(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__setattr__", {"name", "value"}, 2);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> name = (*bound)[0]->AsStr();
  if (!name.ok()) return name.status();
  attributes_.insert_or_assign(std::string(*name), HeldValue(*(*bound)[1], objects_));
  return PyValue();
}

absl::StatusOr<PyValue> NamespaceObject::Delete(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("__delattr__", {"name"}, 1);
  if (!bound.ok()) return bound.status();
  const absl::StatusOr<absl::string_view> name = (*bound)[0]->AsStr();
  if (!name.ok()) return name.status();
  const auto found = attributes_.find(*name);
  if (found == attributes_.end()) return NoAttribute(*name);
  attributes_.erase(found);
  return PyValue();
}

}  // namespace someos::multiprocessing::internal
