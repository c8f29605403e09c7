#include "someos/api/multiprocessing/process/functions.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/process_lock.h"

namespace someos::multiprocessing {
namespace {

struct Registry {
  base::ProcessLock lock;
  std::map<std::string, ProcessFunction, std::less<>> functions ABSL_GUARDED_BY(lock);
};

Registry& TheRegistry() {
  static Registry& registry = *new Registry;
  return registry;
}

}  // namespace

void RegisterFunction(absl::string_view name, ProcessFunction function) {
  Registry& registry = TheRegistry();
  const base::ProcessLockHolder holder(registry.lock);
  registry.functions[std::string(name)] = std::move(function);
}

absl::StatusOr<ProcessFunction> FindFunction(absl::string_view name) {
  Registry& registry = TheRegistry();
  const base::ProcessLockHolder holder(registry.lock);
  const auto place = registry.functions.find(name);
  if (place != registry.functions.end()) return place->second;
  const std::string names =
      absl::StrJoin(registry.functions, ", ",
                    [](std::string* out, const auto& entry) { absl::StrAppend(out, entry.first); });
  return PlainStatus(absl::StatusCode::kNotFound,
                     absl::StrCat("no function \"", name, "\" is registered; there are: ", names));
}

}  // namespace someos::multiprocessing
