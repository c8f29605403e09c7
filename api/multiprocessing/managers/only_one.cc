#include "someos/api/multiprocessing/managers/only_one.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/managers/arguments.h"
#include "someos/api/multiprocessing/managers/managed_type.h"
#include "someos/api/multiprocessing/managers/object_table.h"
#include "someos/api/multiprocessing/managers/shared_object.h"

namespace someos::multiprocessing {
ManagedType OnlyOne(absl::string_view type_id, const ManagedType& type) {
  ManagedType only = type;
  only.type_id = std::string(type_id);
  if (type.create == nullptr) return only;
  // Types are values, which may be given to several servers: each of these keeps its object.
  only.create = [create = type.create, key = std::make_shared<const char>()](
                    const ServerContext& context,
                    const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    if (std::shared_ptr<SharedObject> known = context.objects->Only(key.get())) return known;
    absl::StatusOr<std::shared_ptr<SharedObject>> made = create(context, arguments);
    if (made.ok()) context.objects->KeepOnly(key.get(), *made);
    return made;
  };
  return only;
}

}  // namespace someos::multiprocessing
