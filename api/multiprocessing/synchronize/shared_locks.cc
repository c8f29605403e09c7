#include "someos/api/multiprocessing/synchronize/shared_locks.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/find_linked.h"
#include "someos/api/multiprocessing/synchronize/linked_locks.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"

#if SOMEOS_LINKS_LOCK_ROBUST
#include "someos/backends/lock_robust/robust_lock.h"
#endif
#if SOMEOS_LINKS_LOCK_FILE
#include "someos/backends/lock_file/file_lock.h"
#endif
#if SOMEOS_LINKS_LOCK_SEMAPHORE
#include "someos/backends/lock_semaphore/semaphore_lock.h"
#endif

namespace someos::multiprocessing {
namespace {

// "someosL1" as a number: of the other order of bytes, it is another one.
constexpr uint64_t kMagic = 0x736f6d656f734c31;
constexpr uint32_t kVersion = 1;
constexpr size_t kHeaderSize = kSharedLockSize - kSharedLockPayload;

// At the beginning of the lock's memory. `magic` is written last.
struct Header {
  std::atomic<uint64_t> magic;
  uint32_t version;
  uint32_t word_size;  // in bytes
  char mechanism[16];  // padded with NULs
};
static_assert(sizeof(Header) <= kHeaderSize);
static_assert(std::atomic<uint64_t>::is_always_lock_free);

absl::Status Unusable(absl::string_view what) {
  return PlainStatus(absl::StatusCode::kFailedPrecondition, absl::StrCat("shared lock: ", what));
}

absl::Status CheckPlace(absl::Span<char> place) {
  if (place.size() < kSharedLockSize) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat("shared lock: ", place.size(), " bytes are too few, it takes ",
                                    kSharedLockSize));
  }
  if (reinterpret_cast<uintptr_t>(place.data()) % kSharedLockAlignment != 0) {
    return PlainStatus(
        absl::StatusCode::kInvalidArgument,
        absl::StrCat("shared lock: its memory must be aligned to ", kSharedLockAlignment));
  }
  return absl::OkStatus();
}

absl::Span<char> Payload(absl::Span<char> place) {
  return place.subspan(kHeaderSize, kSharedLockPayload);
}

absl::StatusOr<const LockBackend*> Find(absl::string_view mechanism) {
  return internal::FindLinked(LinkedLockBackends(), "lock", mechanism);
}

absl::Status CheckHeader(const Header& header) {
  if (header.magic.load(std::memory_order_acquire) != kMagic) {
    return Unusable("there is none in this memory");
  }
  if (header.version != kVersion) {
    return Unusable(
        absl::StrCat("it has layout ", header.version, ", this program knows ", kVersion));
  }
  if (header.word_size != sizeof(void*)) {
    return Unusable(absl::StrCat("it is of a program with words of ", header.word_size,
                                 " bytes, this one has ", sizeof(void*)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Span<const LockBackend* const> LinkedLockBackends() {
  static const LockBackend* const kLinked[] = {
  // In the order of preference.
#if SOMEOS_LINKS_LOCK_ROBUST
      &RobustLockBackend(),
#endif
#if SOMEOS_LINKS_LOCK_FILE
      &FileLockBackend(),
#endif
#if SOMEOS_LINKS_LOCK_SEMAPHORE
      &SemaphoreLockBackend(),
#endif
  };
  return kLinked;
}

absl::StatusOr<std::unique_ptr<SharedLock>> CreateSharedLock(absl::Span<char> place,
                                                             absl::string_view mechanism) {
  if (const absl::Status status = CheckPlace(place); !status.ok()) return status;
  const absl::StatusOr<const LockBackend*> backend =
      mechanism.empty() ? LinkedLockBackends().front() : Find(mechanism);
  if (!backend.ok()) return backend.status();
  if (std::any_of(place.begin(), place.begin() + kSharedLockSize,
                  [](char byte) { return byte != '\0'; })) {
    return PlainStatus(absl::StatusCode::kAlreadyExists,
                       "shared lock: there is something in this memory");
  }
  absl::StatusOr<std::unique_ptr<SharedLock>> lock = (*backend)->create(Payload(place));
  if (!lock.ok()) return lock;
  Header* const header = new (place.data()) Header;
  header->version = kVersion;
  header->word_size = sizeof(void*);
  std::memset(header->mechanism, 0, sizeof(header->mechanism));
  (*backend)->name.copy(header->mechanism, sizeof(header->mechanism));
  header->magic.store(kMagic, std::memory_order_release);
  return lock;
}

absl::StatusOr<std::unique_ptr<SharedLock>> AttachSharedLock(absl::Span<char> place) {
  if (const absl::Status status = CheckPlace(place); !status.ok()) return status;
  const Header& header = *std::launder(reinterpret_cast<const Header*>(place.data()));
  if (const absl::Status status = CheckHeader(header); !status.ok()) return status;
  const std::string mechanism(header.mechanism,
                              strnlen(header.mechanism, sizeof(header.mechanism)));
  const absl::StatusOr<const LockBackend*> backend = Find(absl::CHexEscape(mechanism));
  if (!backend.ok()) return backend.status();
  return (*backend)->attach(Payload(place));
}

}  // namespace someos::multiprocessing
