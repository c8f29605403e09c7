#include "someos/backends/lock_semaphore/semaphore_lock.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/backends/lock_base/lock_status.h"
#include "someos/backends/lock_semaphore/named_semaphore.h"

namespace someos::multiprocessing {
namespace {

using lock_semaphore::NamedSemaphore;

class SemaphoreLock final : public SharedLock {
 public:
  explicit SemaphoreLock(NamedSemaphore semaphore) : semaphore_(std::move(semaphore)) {}

  absl::Status Acquire(absl::Duration timeout) override {
    const int error = semaphore_.Wait(timeout);
    if (error == 0) return absl::OkStatus();
    if (error == ETIMEDOUT) return lock_base::TimedOut();
    return ErrnoStatus(error, absl::StrCat("acquire a shared lock: ", semaphore_.name()));
  }

  absl::Status Release() override {
    // Not locked: whoever acquires between this and that makes no difference to wrong use.
    const int free = semaphore_.Wait(absl::ZeroDuration());
    if (free == 0) {
      semaphore_.Post();
      return NotLocked();
    }
    const int error = semaphore_.Post();
    if (error == 0) return absl::OkStatus();
    return ErrnoStatus(error, absl::StrCat("release a shared lock: ", semaphore_.name()));
  }

  absl::string_view mechanism() const override { return "semaphore"; }

  SharedLockCapabilities capabilities() const override {
    SharedLockCapabilities capabilities;
    capabilities.monotonic = NamedSemaphore::monotonic();
    capabilities.timed_waits_sleep = NamedSemaphore::timed_waits_sleep();
    return capabilities;
  }

 private:
  static absl::Status NotLocked() {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       "release a shared lock: it is not locked");
  }

  NamedSemaphore semaphore_;
};

// The shared memory has the name.
absl::StatusOr<std::unique_ptr<SharedLock>> Create(absl::Span<char> payload) {
  absl::StatusOr<NamedSemaphore> semaphore = NamedSemaphore::Create(1);
  if (!semaphore.ok()) return semaphore.status();
  std::memcpy(payload.data(), semaphore->name().c_str(), semaphore->name().size() + 1);
  return absl::make_unique<SemaphoreLock>(*std::move(semaphore));
}

absl::StatusOr<std::unique_ptr<SharedLock>> Attach(absl::Span<char> payload) {
  absl::StatusOr<NamedSemaphore> semaphore =
      NamedSemaphore::Open(std::string(payload.data(), strnlen(payload.data(), payload.size())));
  if (!semaphore.ok()) return semaphore.status();
  return absl::make_unique<SemaphoreLock>(*std::move(semaphore));
}

constexpr LockBackend kBackend = {"semaphore", "sem_open(3)", Create, Attach};

}  // namespace

const LockBackend& SemaphoreLockBackend() { return kBackend; }

}  // namespace someos::multiprocessing
