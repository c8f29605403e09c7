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
namespace {

// Types are values, which may be given to several servers.
struct Only {
  std::weak_ptr<internal::ObjectTable> server;
  std::shared_ptr<SharedObject> object;
};

}  // namespace

ManagedType OnlyOne(absl::string_view type_id, const ManagedType& type) {
  ManagedType only = type;
  only.type_id = std::string(type_id);
  only.create = [create = type.create, one = std::make_shared<Only>()](
                    const ServerContext& context,
                    const Arguments& arguments) -> absl::StatusOr<std::shared_ptr<SharedObject>> {
    if (one->object != nullptr && one->server.lock().get() == context.objects) return one->object;
    absl::StatusOr<std::shared_ptr<SharedObject>> made = create(context, arguments);
    if (!made.ok()) return made;
    *one = {context.objects->weak_from_this(), *made};
    return made;
  };
  return only;
}

}  // namespace someos::multiprocessing
