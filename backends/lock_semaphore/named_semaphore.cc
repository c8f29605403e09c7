#include "someos/backends/lock_semaphore/named_semaphore.h"

#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <time.h>

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/random_bytes.h"
#include "someos/backends/lock_base/polling.h"
#include "someos/backends/lock_base/wall_clock.h"

namespace someos::lock_semaphore {
namespace {

constexpr size_t kRandomBytesOfName = 4;
constexpr int kMode = 0600;

#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 30)
#define SOMEOS_HAS_SEM_CLOCKWAIT 1
#endif
#endif

int TryWait(sem_t* semaphore) {
  int result;
  do {
    result = sem_trywait(semaphore);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return 0;
  return errno == EAGAIN ? EBUSY : errno;
}

// Each returns 0 or an errno; WaitUntil ETIMEDOUT, perhaps before the deadline.
#if defined(SOMEOS_HAS_SEM_CLOCKWAIT)
constexpr bool kMonotonic = true;
constexpr bool kSleeps = true;
int WaitUntil(sem_t* semaphore, base::Deadline& deadline) {
  const timespec end = deadline.AsPointInTime();
  return sem_clockwait(semaphore, CLOCK_MONOTONIC, &end) == 0 ? 0 : errno;
}
#elif defined(__FreeBSD__)
constexpr bool kMonotonic = true;
constexpr bool kSleeps = true;
int WaitUntil(sem_t* semaphore, base::Deadline& deadline) {
  const timespec end = deadline.AsPointInTime();
  return sem_clockwait_np(semaphore, CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr) == 0 ? 0
                                                                                         : errno;
}
#elif defined(__APPLE__)
constexpr bool kMonotonic = true;
constexpr bool kSleeps = false;
int WaitUntil(sem_t* semaphore, base::Deadline& deadline) {
  return lock_base::PollUntil(deadline, [semaphore] { return TryWait(semaphore); });
}
#else
constexpr bool kMonotonic = false;
constexpr bool kSleeps = true;
int WaitUntil(sem_t* semaphore, base::Deadline& deadline) {
  const timespec end = lock_base::WallClockAfter(deadline);
  return sem_timedwait(semaphore, &end) == 0 ? 0 : errno;
}
#endif

int WaitWithoutEnd(sem_t* semaphore) {
  int result;
  do {
    result = sem_wait(semaphore);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

}  // namespace

bool NamedSemaphore::monotonic() { return kMonotonic; }
bool NamedSemaphore::timed_waits_sleep() { return kSleeps; }
unsigned int NamedSemaphore::max_value() { return SEM_VALUE_MAX; }

absl::StatusOr<NamedSemaphore> NamedSemaphore::Create(unsigned int value) {
  while (true) {
    const absl::StatusOr<std::string> random = base::RandomBytes(kRandomBytesOfName);
    if (!random.ok()) return random.status();
    std::string name = absl::StrCat("/mp-", absl::BytesToHexString(*random));
    sem_t* const semaphore = sem_open(name.c_str(), O_CREAT | O_EXCL, kMode, value);
    if (semaphore != SEM_FAILED) {
      base::WatchForForks();
      return NamedSemaphore(semaphore, std::move(name), base::ForkGeneration());
    }
    if (errno != EEXIST && errno != EINTR) {
      return ErrnoStatus(errno, absl::StrCat("create a semaphore of ", value));
    }
  }
}

absl::StatusOr<NamedSemaphore> NamedSemaphore::Open(const std::string& name) {
  sem_t* semaphore;
  do {
    semaphore = sem_open(name.c_str(), 0);
  } while (semaphore == SEM_FAILED && errno == EINTR);
  if (semaphore != SEM_FAILED) return NamedSemaphore(semaphore, name, 0);
  return ErrnoStatus(errno, absl::StrCat("open semaphore \"", name, "\""));
}

NamedSemaphore::~NamedSemaphore() {
  if (semaphore_ == nullptr) return;
  const int saved = errno;
  sem_close(semaphore_);
  if (created_in_ != 0 && created_in_ == base::ForkGeneration()) sem_unlink(name_.c_str());
  errno = saved;
}

absl::Status NamedSemaphore::Unlink() {
  created_in_ = 0;
  if (sem_unlink(name_.c_str()) == 0) return absl::OkStatus();
  return ErrnoStatus(errno, absl::StrCat("unlink semaphore \"", name_, "\""));
}

int NamedSemaphore::Wait(absl::Duration timeout) {
  const int error = TryWait(semaphore_);
  if (ABSL_PREDICT_TRUE(error != EBUSY)) return error;
  base::Deadline deadline(timeout);
  if (deadline.infinite()) return WaitWithoutEnd(semaphore_);
  while (!deadline.Passed()) {
    const int result = WaitUntil(semaphore_, deadline);
    if (result != ETIMEDOUT && result != EINTR) return result;
  }
  return deadline.clock_error() != 0 ? deadline.clock_error() : ETIMEDOUT;
}

int NamedSemaphore::Post() { return sem_post(semaphore_) == 0 ? 0 : errno; }

absl::StatusOr<int> NamedSemaphore::Value() const {
#ifdef __APPLE__
  return PlainStatus(absl::StatusCode::kUnimplemented,
                     "value of a semaphore: this system does not tell");
#else
  int value = 0;
  if (sem_getvalue(semaphore_, &value) == 0) return value;
  return ErrnoStatus(errno, "value of a semaphore");
#endif
}

}  // namespace someos::lock_semaphore
