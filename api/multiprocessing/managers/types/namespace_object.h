// Python's multiprocessing.managers.Namespace behind a proxy. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_NAMESPACE_OBJECT_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_NAMESPACE_OBJECT_H_

#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/call.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing::internal {

class NamespaceObject : public SharedObject {
 public:
  // With an attribute for each keyword.
  NamespaceObject(const ServerContext& context, const Arguments& arguments);

  absl::string_view class_name() const override { return "Namespace"; }
  void Start(Call call) override;
  std::string Repr() const override;
  absl::StatusOr<PyValue> Value() const override;

 private:
  absl::StatusOr<PyValue> Get(const Arguments& arguments);
  absl::StatusOr<PyValue> Set(const Arguments& arguments);
  absl::StatusOr<PyValue> Delete(const Arguments& arguments);

  ObjectTable& objects_;
  std::map<std::string, HeldValue, std::less<>> attributes_;
};

ManagedType NamespaceType();

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_TYPES_NAMESPACE_OBJECT_H_
