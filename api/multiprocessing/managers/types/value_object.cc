#include "someos/api/multiprocessing/managers/types/value_object.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/multiprocessing/managers/types/method_table.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {

ManagedType ValueType() {
  ManagedType type;
  type.type_id = "Value";
  type.create = [](const ServerContext& context,
                   const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    const absl::StatusOr<BoundArguments> bound =
        arguments.Bind("Value", {"typecode", "value", "lock"}, 2);
    if (!bound.ok()) return bound.status();
    return std::make_shared<ValueObject>(context, *(*bound)[0], *(*bound)[1]);
  };
  type.exposed = {"get", "set"};
  return type;
}

void ValueObject::Start(Call call) {
  static constexpr NamedMethod<ValueObject> kMethods[] = {
      {"get", &ValueObject::Get},
      {"set", &ValueObject::Set},
  };
  StartMethod<ValueObject>(kMethods, *this, std::move(call));
}

std::string ValueObject::Repr() const {
  return absl::StrCat("Value(", type_code_.ToString(), ", ", value_.value().ToString(), ")");
}

absl::StatusOr<PyValue> ValueObject::Value() const {
  PyObjectParts parts;
  parts.construction = PyConstruction::kNew;
  parts.callable = PyValue::Global("multiprocessing.managers", "Value");
  parts.args = PyValue::Tuple({});
  parts.has_state = true;
  parts.state = *PyValue::Dict(
      {{PyValue::Str("_typecode"), type_code_}, {PyValue::Str("_value"), value_.value()}});
  return PyValue::Object(std::move(parts));
}

absl::StatusOr<PyValue> ValueObject::Get(const Arguments&) { return value_.value(); }

absl::StatusOr<PyValue> ValueObject::Set(const Arguments& arguments) {
  const absl::StatusOr<BoundArguments> bound = arguments.Bind("set", {"value"}, 1);
  if (!bound.ok()) return bound.status();
  value_ = HeldValue(*(*bound)[0], objects_);
  return PyValue();
}

}  // namespace someos::multiprocessing::internal
