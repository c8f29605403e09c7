#include "someos/api/multiprocessing/process/identity.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "someos/backends/base/process_lock.h"

namespace someos::multiprocessing::internal {
namespace {

struct OwnState {
  base::ProcessLock lock;  // free in a child that is forked while it is held
  Identity identity ABSL_GUARDED_BY(lock);
  int64_t children ABSL_GUARDED_BY(lock) = 0;
};

OwnState& Own() {
  static OwnState& own = *new OwnState;
  return own;
}

}  // namespace

Identity OwnIdentity() {
  OwnState& own = Own();
  const base::ProcessLockHolder holder(own.lock);
  return own.identity;
}

void SetOwnIdentity(Identity identity) {
  OwnState& own = Own();
  const base::ProcessLockHolder holder(own.lock);
  own.identity = std::move(identity);
  own.children = 0;
}

void SetOwnName(const std::string& name) {
  OwnState& own = Own();
  const base::ProcessLockHolder holder(own.lock);
  own.identity.name = name;
}

int64_t NextChildNumber() {
  OwnState& own = Own();
  const base::ProcessLockHolder holder(own.lock);
  return ++own.children;
}

}  // namespace someos::multiprocessing::internal
