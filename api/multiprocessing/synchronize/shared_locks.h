// Locks between processes, by one of the mechanisms that are linked into this program.

#ifndef SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SHARED_LOCKS_H_
#define SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SHARED_LOCKS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"

namespace someos::multiprocessing {

// The backends of SharedLock linked into this program, the build's default first.
absl::Span<const LockBackend* const> LinkedLockBackends();

// Makes a lock at the beginning of `place`: kSharedLockSize bytes that are 0, aligned to
// kSharedLockAlignment, in memory that the processes share, such as SharedMemory's. The memory must
// outlive the object, and the lock ends with it. `mechanism` is a linked one's name, or empty for
// the default one.
//
// The memory names the mechanism, the version of the layout and the size of the program's words, so
// that a program that cannot use the lock gets an error.
//
// kNotFound: the mechanism is not linked, or unknown; the message lists the linked ones.
// kInvalidArgument: too small, or not aligned. kAlreadyExists: the bytes are not 0. Errnos of the
// mechanism: ENOMEM, EMFILE, ENFILE, ENOSPC, EACCES.
absl::StatusOr<std::unique_ptr<SharedLock>> CreateSharedLock(absl::Span<char> place,
                                                             absl::string_view mechanism = "");

// The lock that another process, or this one, has made there.
//
// kFailedPrecondition: there is none (yet), or one of another layout or of a program with words of
// another size. kNotFound: its mechanism is not linked here. kInvalidArgument: too small, or not
// aligned. Errnos: ENOENT, if the lock has a name and its creator has ended.
absl::StatusOr<std::unique_ptr<SharedLock>> AttachSharedLock(absl::Span<char> place);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_SYNCHRONIZE_SHARED_LOCKS_H_
