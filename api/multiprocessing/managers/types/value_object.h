// Python's multiprocessing.managers.Value behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_VALUE_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_VALUE_OBJECT_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing::internal {

// Any value: the type code is only shown, as in Python.
class ValueObject : public SharedObject {
 public:
  ValueObject(const ServerContext& context, PyValue type_code, PyValue value)
      : objects_(*context.objects),
        type_code_(std::move(type_code)),
        value_(std::move(value), objects_) {}

  absl::string_view class_name() const override { return "Value"; }
  void Start(Call call) override;
  std::string Repr() const override;
  absl::StatusOr<PyValue> Value() const override;

 private:
  absl::StatusOr<PyValue> Get(const Arguments& arguments);
  absl::StatusOr<PyValue> Set(const Arguments& arguments);

  ObjectTable& objects_;
  const PyValue type_code_;
  HeldValue value_;
};

ManagedType ValueType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_VALUE_OBJECT_H_
