#include "someos/api/multiprocessing/process/start_methods.h"

#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/process/linked_start_methods.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/base/trusted_environment.h"
#include "someos/backends/process_base/start_method.h"

#if SOMEOS_LINKS_PROCESS_SPAWN
#include "someos/backends/process_spawn/spawn_method.h"
#endif
#if SOMEOS_LINKS_PROCESS_FORK
#include "someos/backends/process_fork/fork_method.h"
#endif
#if SOMEOS_LINKS_PROCESS_FORKSERVER
#include "someos/backends/process_forkserver/forkserver_method.h"
#endif
#if SOMEOS_LINKS_PROCESS_THREAD
#include "someos/backends/process_thread/thread_method.h"
#endif

namespace someos::multiprocessing {
namespace {

struct Chosen {
  base::ProcessLock lock;
  const StartMethod* method ABSL_GUARDED_BY(lock) = nullptr;
};

Chosen& TheChosen() {
  static Chosen& chosen = *new Chosen;
  return chosen;
}

// By SetStartMethod; otherwise nullptr.
const StartMethod* ChosenMethod() {
  Chosen& chosen = TheChosen();
  const base::ProcessLockHolder holder(chosen.lock);
  return chosen.method;
}

}  // namespace

absl::Span<const StartMethod* const> LinkedStartMethods() {
  static const StartMethod* const kLinked[] = {
  // In the order of preference.
#if SOMEOS_LINKS_PROCESS_SPAWN
      &SpawnStartMethod(),
#endif
#if SOMEOS_LINKS_PROCESS_FORK
      &ForkStartMethod(),
#endif
#if SOMEOS_LINKS_PROCESS_FORKSERVER
      &ForkserverStartMethod(),
#endif
#if SOMEOS_LINKS_PROCESS_THREAD
      &ThreadStartMethod(),
#endif
  };
  return kLinked;
}

absl::StatusOr<const StartMethod*> internal::FindStartMethod(absl::string_view name) {
  for (const StartMethod* const method : LinkedStartMethods()) {
    if (method->name == name) return method;
  }
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("cannot find context for '", name, "'"));
}

absl::StatusOr<Context> GetContext(absl::string_view name) {
  const absl::StatusOr<const StartMethod*> method = internal::FindStartMethod(name);
  if (!method.ok()) return method.status();
  return Context(*method);
}

std::vector<std::string> GetAllStartMethods() {
  std::vector<std::string> names;
  for (const StartMethod* const method : LinkedStartMethods()) names.emplace_back(method->name);
  return names;
}

std::string GetStartMethod() {
  const StartMethod* const method = ChosenMethod();
  if (method != nullptr) return std::string(method->name);
  const char* const wanted = base::TrustedEnvironment("SOMEOS_START_METHOD");
  if (wanted != nullptr && internal::FindStartMethod(wanted).ok()) return wanted;
  return std::string(LinkedStartMethods().front()->name);
}

absl::Status SetStartMethod(absl::string_view name, bool force) {
  const absl::StatusOr<const StartMethod*> method = internal::FindStartMethod(name);
  if (!method.ok()) return method.status();
  Chosen& chosen = TheChosen();
  const base::ProcessLockHolder holder(chosen.lock);
  if (chosen.method != nullptr && !force) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition, "context has already been set");
  }
  chosen.method = *method;
  return absl::OkStatus();
}

}  // namespace someos::multiprocessing
