// The abstract Mapping: a range of a file, or of memory of its own, in the address space.
//
//   absl::StatusOr<std::unique_ptr<someos::Mapping>> log =
//       someos::MapPath("/var/log/messages", {.access = someos::Access::kRead, .guarded = true});
//   if (!log.ok()) return log.status();
//   absl::StatusOr<someos::Mapping::Guard> guard = (*log)->Enter();
//   if (!guard.ok()) return guard.status();
//   size_t lines = absl::c_count(guard->view(), '\n');
//   absl::Status status = std::move(*guard).Done();  // kDataLoss: somebody has truncated the file
//
// MapFile, MapPath and MapMemory of mmap.h make them. The contract is the same on every backend. A
// backend's header lists its deviations, if any.
//
//  1. Errors. Every call that can fail returns a status. ErrnoOf() (errno_status.h) extracts its
//     errno, and its message names the operation and the object. A call that fails has changed
//     neither the file nor the mapping. The destructor preserves errno.
//  2. Ranges. An offset in a mapping counts from the first byte of view(). Any offset and size is
//     allowed, aligned or not; what lies outside of the mapping is kOutOfRange. A mapping is never
//     empty, and never reaches beyond the end of a regular file when it is made.
//  3. Lost pages. A file can become shorter while it is mapped: another process truncates it, a
//     disk fails. Access to the pages behind the new end then raises SIGBUS, which ends the
//     program. It does not within a Guard, and not in CopyOut: pages that are lost read as zeros,
//     and the end of the Guard returns kDataLoss. (The part of the last page that lies behind the
//     end of the file reads as zeros without any sign: that is how the kernels map files.)
//  4. Signals. The first guarded mapping of a process installs a handler for SIGBUS (and SIGSEGV
//     where the system raises that). It takes only faults of guarded mappings with a Guard alive;
//     everything else goes to the handler that was there before, or has the effect that it would
//     have had: also hardware memory errors, and signals that were sent by kill(2). A program that
//     installs its own handler later must pass on what is not its own. No mapping that is not
//     guarded changes the disposition of a signal.
//  5. Resize. See there: nothing is lost if it fails, and it is refused while a Guard is alive.
//  6. Threads. Any thread may call const functions at any time, and may hold Guards, as many as it
//     likes. Resize and the destructor must not overlap with any other call, and no Guard may be
//     alive at the end of a mapping. A signal handler must end the Guards that it enters before it
//     returns, and no others, and must not enter the first one of a thread.
//  7. Fork. A child has the mapping as well: shared with its parent, or its own copy
//     (Access::kCopy, private memory). Guards work in it. Guards that other threads of the parent
//     held at the time of the fork stay alive in the child forever, so that it cannot Resize.
//     Descriptors are close-on-exec.
//  8. Other code. The variable errno is preserved by the handler. Nothing is locked, allocated or
//     printed in it.

#ifndef SOMEOS_API_MAPPING_H_
#define SOMEOS_API_MAPPING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/guard_state.h"
#include "someos/api/mapping_options.h"

namespace someos {

class Mapping {
 public:
  class Guard;

  // Unmaps. What was written reaches the file in any case, but perhaps not yet the disk: see Flush.
  virtual ~Mapping() = default;
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  // The bytes, without protection: a lost page raises SIGBUS. All of these are valid until Resize
  // or the destructor. data() is writable only if writable() says so, and readable only if the
  // mapping was not made raw without PROT_READ.
  char* data() const { return data_; }
  size_t size() const { return size_; }
  absl::string_view view() const { return absl::string_view(data_, size_); }
  bool writable() const { return writable_; }

  // The bytes to be written, without protection.
  //
  // kFailedPrecondition: Access::kRead.
  absl::StatusOr<absl::Span<char>> mutable_view() {
    if (ABSL_PREDICT_FALSE(!writable_)) return ReadOnly("mutable view");
    return absl::MakeSpan(data_, size_);
  }

  // Makes the bytes safe to access until the Guard ends, in any thread that the Guard's span
  // reaches. Costs a few nanoseconds, and no system call.
  //
  // If pages were lost before, the file is mapped again first: if it has grown back, its bytes are
  // there.
  //
  // kFailedPrecondition: the mapping is not guarded (MappingOptions). The errno of mmap(2): the
  // file could not be mapped again after a loss.
  ABSL_MUST_USE_RESULT absl::StatusOr<Guard> Enter() const;

  // Copies the bytes from `from` on into `into`, without a signal: for few bytes, about a
  // microsecond each time (process_vm_readv(2) on Linux; elsewhere as a Guard, or by reading the
  // file).
  //
  // kOutOfRange. kDataLoss: pages are lost; `into` is unspecified. kUnimplemented: none of these
  // ways is there (capabilities().safe_copy).
  virtual absl::Status CopyOut(uint64_t from, absl::Span<char> into) const = 0;

  // Writes changes in this range to the file's disk. OK without doing anything where there is
  // nothing to write: Access::kRead and kCopy, memory. On macOS kWait is F_FULLFSYNC, since
  // msync(2) there leaves data in the disk's own memory.
  //
  // kOutOfRange. EIO, and others of msync(2): they may tell of an earlier write that failed.
  absl::Status Flush(uint64_t offset, uint64_t size, Sync how = Sync::kWait) const {
    return DoFlush(offset, size, how);
  }

  // Tells the kernel how a range is going to be used; madvise(2). For kDiscard only the whole pages
  // of the range count, for all others every page that it touches.
  //
  // kOutOfRange. kUnimplemented: capabilities() says so. Errors of madvise(2).
  virtual absl::Status Advise(Advice advice, uint64_t offset, uint64_t size) const = 0;

  // madvise(2) with a number of this system, for bindings. Nothing is aligned: EINVAL, as the
  // kernel has it. The number can have any effect that the kernel gives it.
  //
  // kOutOfRange. Errors of madvise(2).
  virtual absl::Status AdviseRaw(int advice, uint64_t offset, uint64_t size) const = 0;

  // Changes the size of the mapping to `size` bytes, and that of the file so that it ends where the
  // mapping ends. What is new reads as zeros, if the file was not longer before. data() changes if
  // the mapping moves: see capabilities().may_move.
  //
  // If it fails, for whatever reason, file and mapping are as before. (Unless the kernel refuses
  // also to shorten the file again to what it was; the message says so then. And data() may be
  // another address, unless may_move is false: of what was moved to grow, not all can be moved
  // back.)
  //
  // EINVAL: 0. kOutOfRange: more than the address space, the reservation or a file can have.
  // kFailedPrecondition: a Guard is alive; Access::kRead or kCopy; no descriptor was kept; memory
  // without can_grow. EFBIG, ENOSPC, EDQUOT, EPERM (sealed memory that would shrink) of
  // ftruncate(2) and posix_fallocate(3). ENOMEM of mmap(2) and mremap(2).
  virtual absl::Status Resize(uint64_t size) = 0;

  // The size of the file now, in bytes; of memory that has a descriptor, its size.
  //
  // EBADF: there is no descriptor.
  virtual absl::StatusOr<uint64_t> FileSize() const = 0;

  // The descriptor that the mapping keeps, or -1. It is the mapping's: for fstat(2), or to be sent
  // to another process; not to be closed, nor to be used after the mapping's end.
  virtual int descriptor() const = 0;

  // The backend's name: "mremap" or "reserve".
  virtual absl::string_view name() const = 0;

  virtual MappingCapabilities capabilities() const = 0;

 protected:
  Mapping() = default;

  static absl::Status ReadOnly(absl::string_view operation) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(operation, ": the mapping is read-only"));
  }

  // Set by the backend. `guard_state_` must outlive the mapping's Guards.
  char* data_ = nullptr;
  size_t size_ = 0;
  bool writable_ = false;
  // Null: not guarded.
  internal::GuardState* guard_state_ = nullptr;

 private:
  static absl::Status NotGuarded();
  absl::StatusOr<Guard> EnterAfterLoss(internal::GuardState::Entered entered) const;

  virtual absl::Status DoFlush(uint64_t offset, uint64_t size, Sync how) const = 0;

  // Maps the file again in place of zeros. Called by a Guard that enters when `losses` had begun
  // and some of them have not been repaired; by any thread, while others may be reading.
  virtual absl::Status Repair(uint32_t losses) const = 0;
  // What a Guard returns that has met losses: kDataLoss with the sizes of file and mapping.
  virtual absl::Status Loss() const = 0;
};

// A scope of access. While it lives, pages that the file has lost read as zeros in any thread, and
// changes to them are lost; Done says whether that happened to any page of the mapping, by whatever
// thread. The mapping must outlive it. May be moved to another thread.
class ABSL_MUST_USE_RESULT Mapping::Guard {
 public:
  Guard(Guard&& other) noexcept
      : mapping_(std::exchange(other.mapping_, nullptr)), entered_(other.entered_) {}
  Guard& operator=(Guard&& other) noexcept {
    if (this != &other) {
      Leave();
      mapping_ = std::exchange(other.mapping_, nullptr);
      entered_ = other.entered_;
    }
    return *this;
  }
  // As Done, the result dropped.
  ~Guard() { Leave(); }

  // The bytes. Not after Done.
  absl::string_view view() const { return mapping_->view(); }

  // kFailedPrecondition: Access::kRead.
  absl::StatusOr<absl::Span<char>> mutable_view() const {
    if (ABSL_PREDICT_FALSE(!mapping_->writable_)) return ReadOnly("mutable view");
    return absl::MakeSpan(mapping_->data_, mapping_->size_);
  }

  // Ends the scope.
  //
  // kDataLoss: pages were lost; the message has the sizes of file and mapping. OK if called again.
  ABSL_MUST_USE_RESULT absl::Status Done() {
    if (ABSL_PREDICT_FALSE(mapping_ == nullptr)) return absl::OkStatus();
    const Mapping& mapping = *mapping_;
    const bool lost = Leave();
    return ABSL_PREDICT_FALSE(lost) ? mapping.Loss() : absl::OkStatus();
  }

 private:
  friend class Mapping;

  Guard(const Mapping& mapping, const internal::GuardState::Entered& entered)
      : mapping_(&mapping), entered_(entered) {}

  // Returns whether pages were lost.
  bool Leave() {
    if (mapping_ == nullptr) return false;
    const Mapping& mapping = *std::exchange(mapping_, nullptr);
    return mapping.guard_state_->Leave(entered_, mapping.writable_) != entered_.losses;
  }

  const Mapping* mapping_;
  internal::GuardState::Entered entered_;
};

inline absl::StatusOr<Mapping::Guard> Mapping::Enter() const {
  if (ABSL_PREDICT_FALSE(guard_state_ == nullptr)) return NotGuarded();
  const internal::GuardState::Entered entered = guard_state_->Enter();
  if (ABSL_PREDICT_FALSE(!guard_state_->Whole(entered.losses))) return EnterAfterLoss(entered);
  return Guard(*this, entered);
}

ABSL_ATTRIBUTE_NOINLINE inline absl::Status Mapping::NotGuarded() {
  return PlainStatus(absl::StatusCode::kFailedPrecondition,
                     "enter: the mapping was not made with MappingOptions::guarded");
}

ABSL_ATTRIBUTE_NOINLINE inline absl::StatusOr<Mapping::Guard> Mapping::EnterAfterLoss(
    internal::GuardState::Entered entered) const {
  Guard guard(*this, entered);
  // A handler that is about to map zeros may do it after Repair: then this Guard reports a loss.
  const uint32_t reported = guard_state_->Ended(entered.losses) ? 0 : 1;
  const absl::Status status = Repair(entered.losses);
  if (!status.ok()) return status;
  guard.entered_.losses -= reported;
  return guard;
}

// What a backend provides to the facade. Constant, with static lifetime.
struct MappingBackend {
  absl::string_view name;  // "mremap", "reserve"
  // The implementation, for people to read: "mmap(2) and mremap(2)".
  absl::string_view implementation;
  // Those of mmap.h.
  absl::StatusOr<std::unique_ptr<Mapping>> (*map_file)(int fd, std::optional<uint64_t> size,
                                                       const MappingOptions& options);
  absl::StatusOr<std::unique_ptr<Mapping>> (*map_memory)(uint64_t size,
                                                         const MemoryOptions& options);
  absl::StatusOr<std::unique_ptr<Mapping>> (*map_raw)(const RawMapping& raw);
};

}  // namespace someos

#endif  // SOMEOS_API_MAPPING_H_
