#include "someos/api/multiprocessing/process/current_process.h"

#include <cstddef>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/digest/secret.h"
#include "someos/api/multiprocessing/process/identity.h"
#include "someos/backends/base/process_lock.h"
#include "someos/backends/base/random_bytes.h"

namespace someos::multiprocessing {
namespace {

constexpr size_t kKeySize = 32;

struct Identity {
  base::ProcessLock lock;  // free in a child that is forked while it is held
  std::optional<internal::Secret> authkey ABSL_GUARDED_BY(lock);
};

Identity& Own() {
  static Identity& identity = *new Identity;
  return identity;
}

}  // namespace

std::string ThisProcess::name() const { return internal::OwnIdentity().name; }
void ThisProcess::SetName(absl::string_view name) const { internal::SetOwnName(std::string(name)); }
bool ThisProcess::daemon() const { return internal::OwnIdentity().daemon; }

absl::StatusOr<std::string> ThisProcess::authkey() const {
  Identity& own = Own();
  const base::ProcessLockHolder holder(own.lock);
  if (!own.authkey.has_value()) {
    const absl::StatusOr<std::string> made = base::RandomBytes(kKeySize);
    if (!made.ok()) return made.status();
    own.authkey.emplace(*made);
  }
  return std::string(own.authkey->view());
}

void ThisProcess::SetAuthkey(absl::string_view authkey) const {
  Identity& own = Own();
  const base::ProcessLockHolder holder(own.lock);
  own.authkey.emplace(authkey);
}

}  // namespace someos::multiprocessing
