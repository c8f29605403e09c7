// What a manager's server can create.

#ifndef SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGED_TYPE_H_
#define SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGED_TYPE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing {
namespace internal {
class ObjectTable;
class TimerQueue;
}  // namespace internal

// What objects are made in: one server. The pointers are valid as long as the objects.
struct ServerContext {
  internal::ObjectTable* objects;
  internal::TimerQueue* timers;
};

// A type by the name that clients create it by: Python's typeid.
struct ManagedType {
  using Create = std::function<absl::StatusOr<std::shared_ptr<SharedObject>>(const ServerContext&,
                                                                             const Arguments&)>;

  std::string type_id;
  // Null: only methods of other objects return it.
  Create create;
  // The methods that clients may call.
  std::vector<std::string> exposed;
  // Kept for objects of this type that methods of other types return.
  std::shared_ptr<const void> methods;

  bool Exposes(absl::string_view method) const {
    for (const std::string& name : exposed) {
      if (name == method) return true;
    }
    return false;
  }
};

// The types of a server. A value.
class ManagedTypes {
 public:
  // Replaces a type of the same name.
  void Register(ManagedType type) {
    std::string type_id = type.type_id;
    types_.insert_or_assign(std::move(type_id), std::move(type));
  }
  // Null if there is none. Valid until the name is registered again or this object is gone.
  const ManagedType* Find(absl::string_view type_id) const {
    const auto found = types_.find(type_id);
    return found == types_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string, ManagedType, std::less<>> types_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_MANAGERS_MANAGED_TYPE_H_
