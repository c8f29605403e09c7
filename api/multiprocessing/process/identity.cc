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
  own.lock.Lock();
  Identity identity = own.identity;
  own.lock.Unlock();
  return identity;
}

void SetOwnIdentity(Identity identity) {
  OwnState& own = Own();
  own.lock.Lock();
  own.identity = std::move(identity);
  own.children = 0;
  own.lock.Unlock();
}

void SetOwnName(const std::string& name) {
  OwnState& own = Own();
  own.lock.Lock();
  own.identity.name = name;
  own.lock.Unlock();
}

int64_t NextChildNumber() {
  OwnState& own = Own();
  own.lock.Lock();
  const int64_t number = ++own.children;
  own.lock.Unlock();
  return number;
}

}  // namespace someos::multiprocessing::internal
