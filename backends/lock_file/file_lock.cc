#include "someos/backends/lock_file/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/fork_generation.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/random_bytes.h"
#include "someos/backends/base/this_thread.h"
#include "someos/backends/base/trusted_environment.h"
#include "someos/backends/lock_base/lock_status.h"
#include "someos/backends/lock_base/polling.h"

namespace someos::multiprocessing {
namespace {

// In the shared memory.
struct Payload {
  // 1 while the lock is owned. The system unlocks the file of an owner that dies, and this stays.
  std::atomic<uint32_t> owned;
  char path[kSharedLockPayload - sizeof(std::atomic<uint32_t>)];
};
static_assert(sizeof(Payload) <= kSharedLockPayload);

constexpr size_t kRandomBytesOfName = 8;

base::OwnDescriptor OpenFile(const char* path, int flags) {
  int fd;
  do {
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  } while (fd < 0 && errno == EINTR);
  return base::OwnDescriptor::Take(fd);
}

// Each returns 0 or an errno; EBUSY if another open file has the lock.
int TryLock(int fd) {
  int result;
  do {
    result = flock(fd, LOCK_EX | LOCK_NB);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return 0;
  return errno == EWOULDBLOCK ? EBUSY : errno;
}

int Lock(int fd) {
  int result;
  do {
    result = flock(fd, LOCK_EX);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

int LockUntil(int fd, absl::Duration timeout) {
  base::Deadline deadline(timeout);
  if (deadline.infinite()) return Lock(fd);
  return lock_base::PollUntil(deadline, [fd] { return TryLock(fd); });
}

class FileLock final : public SharedLock {
 public:
  // `created_in` is the fork generation of the process that removes the file, or 0.
  FileLock(Payload* payload, std::string path, uint32_t created_in)
      : payload_(payload), path_(std::move(path)), created_in_(created_in) {}

  ~FileLock() override {
    if (created_in_ == 0 || created_in_ != base::ForkGeneration()) return;
    const int saved = errno;
    unlink(path_.c_str());
    errno = saved;
  }

  absl::Status Acquire(absl::Duration timeout) override {
    if (IsOwner()) return lock_base::AlreadyOwned();
    // A file that is opened anew excludes the other threads of this process as well.
    base::OwnDescriptor file = OpenFile(path_.c_str(), 0);
    if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("acquire a shared lock: ", path_));
    const int error = LockUntil(file.get(), timeout);
    if (error == ETIMEDOUT) return lock_base::TimedOut();
    if (error != 0) return ErrnoStatus(error, absl::StrCat("acquire a shared lock: ", path_));
    // From here on this thread is alone.
    const bool died = payload_->owned.exchange(1, std::memory_order_acquire) != 0;
    file_ = std::move(file);
    owner_generation_.store(base::ForkGeneration(), std::memory_order_relaxed);
    owner_.store(base::NativeThreadId(), std::memory_order_relaxed);
    return died ? lock_base::OwnerDied() : absl::OkStatus();
  }

  absl::Status Release() override {
    if (!IsOwner()) return lock_base::NotOwned();
    base::OwnDescriptor file = std::move(file_);
    owner_.store(kNobody, std::memory_order_relaxed);
    payload_->owned.store(0, std::memory_order_release);
    // Not only closed: a forked child may have the descriptor open, too.
    if (flock(file.get(), LOCK_UN) == 0) return absl::OkStatus();
    return ErrnoStatus(errno, absl::StrCat("release a shared lock: ", path_));
  }

  absl::string_view mechanism() const override { return "file"; }

  SharedLockCapabilities capabilities() const override {
    SharedLockCapabilities capabilities;
    capabilities.has_owner = true;
    capabilities.owner_death = true;
    capabilities.monotonic = true;
    return capabilities;
  }

 private:
  static constexpr int64_t kNobody = -1;

  bool IsOwner() const {
    return owner_.load(std::memory_order_relaxed) == base::NativeThreadId() &&
           owner_generation_.load(std::memory_order_relaxed) == base::ForkGeneration();
  }

  Payload* const payload_;
  const std::string path_;
  const uint32_t created_in_;
  // The thread that owns the lock by this object, and its process. Others read them only to see
  // that they are not theirs.
  std::atomic<int64_t> owner_{kNobody};
  std::atomic<uint32_t> owner_generation_{0};
  base::OwnDescriptor file_;  // the owner's
};

absl::StatusOr<std::string> NewPath() {
  const absl::StatusOr<std::string> random = base::RandomBytes(kRandomBytesOfName);
  if (!random.ok()) return random.status();
  const char* const directory = base::TrustedEnvironment("TMPDIR");
  // A relative one would be another directory to a process that has changed its own.
  const bool is_absolute = directory != nullptr && directory[0] == '/';
  return absl::StrCat(is_absolute ? directory : "/tmp", "/someos-lock-",
                      absl::BytesToHexString(*random));
}

absl::StatusOr<std::unique_ptr<SharedLock>> Create(absl::Span<char> memory) {
  auto* const payload = new (memory.data()) Payload;
  payload->owned.store(0, std::memory_order_relaxed);
  absl::StatusOr<std::string> path = NewPath();
  if (!path.ok()) return path.status();
  if (path->size() >= sizeof(payload->path)) {
    return ErrnoStatus(ENAMETOOLONG, absl::StrCat("create a shared lock: ", *path));
  }
  const base::OwnDescriptor file = OpenFile(path->c_str(), O_CREAT | O_EXCL);
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("create a shared lock: ", *path));
  std::memcpy(payload->path, path->c_str(), path->size() + 1);
  base::WatchForForks();
  return absl::make_unique<FileLock>(payload, *std::move(path), base::ForkGeneration());
}

absl::StatusOr<std::unique_ptr<SharedLock>> Attach(absl::Span<char> memory) {
  auto* const payload = std::launder(reinterpret_cast<Payload*>(memory.data()));
  std::string path(payload->path, strnlen(payload->path, sizeof(payload->path)));
  const base::OwnDescriptor file = OpenFile(path.c_str(), 0);
  if (!file.valid()) return ErrnoStatus(errno, absl::StrCat("attach to a shared lock: ", path));
  base::WatchForForks();
  return absl::make_unique<FileLock>(payload, std::move(path), 0);
}

constexpr LockBackend kBackend = {"file", "flock(2)", Create, Attach};

}  // namespace

const LockBackend& FileLockBackend() { return kBackend; }

}  // namespace someos::multiprocessing
