#include "someos/backends/poller_base/known_files.h"

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "someos/api/interest.h"
#include "someos/backends/base/is_open.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/known_files_system.h"
#include "someos/backends/poller_base/slow_growth.h"

namespace someos::poller_base {
namespace {

int ErrnoUnless0(int result) { return result == 0 ? 0 : errno; }

}  // namespace

KnownFiles::KnownFiles(const KnownFilesSystem& system, base::SystemCalls calls)
    : system_(calls == base::SystemCalls::kAll ? system : NoKnownFilesSystem()), calls_(calls) {
  CreateSet();
}

void KnownFiles::CreateSet() {
  set_ = base::OwnDescriptor::Take(system_.create());
  if (set_.valid()) removals_.emplace();
}

int KnownFiles::Add(int fd, bool known, Interest interest) {
  const bool has_digest = FindDigest(fd) != nullptr;
  const bool in_set = known && !has_digest && set_.valid();
  const bool may_be_told_once = HasAny(interest, Interest::kPriority) && !in_set;
  if (!set_.valid() || (known && has_digest) || may_be_told_once) {
    const std::optional<FileIdentity> identity = IdentityOf(fd);
    if (!identity.has_value()) return errno;
    if (known && has_digest && identity->SameAs(*FindDigest(fd))) return EEXIST;
    if (!set_.valid() || (may_be_told_once && identity->always_ready())) {
      RememberDigest(fd, identity->digest);
      return 0;
    }
  }
  const int error = ErrnoUnless0(system_.add(set_.get(), fd));
  switch (error) {
    case 0:
      break;
    case EBADF:
      return error;
    case EEXIST:
      if (in_set) return error;
      break;  // it was removed when its number was closed, and is still open elsewhere
    default:
      // EPERM: the kind of file that no set takes. ENOSPC: the limit of epoll's files. And so on.
      if (in_set && system_.modify(set_.get(), fd) == 0) return EEXIST;
      return AddDigest(fd);
  }
  ForgetDigest(fd);
  return 0;
}

int KnownFiles::AddDigest(int fd) {
  const std::optional<FileIdentity> identity = IdentityOf(fd);
  if (!identity.has_value()) return errno;
  RememberDigest(fd, identity->digest);
  return 0;
}

void KnownFiles::RememberDigest(int fd, const FileDigest& digest) {
  if (static_cast<size_t>(fd) >= digests_.size()) {
    ReserveSlowly(digests_, static_cast<size_t>(fd) + 1);
    digests_.resize(static_cast<size_t>(fd) + 1);
  }
  digests_[static_cast<size_t>(fd)] = digest;
}

int KnownFiles::Check(int fd) {
  if (const FileDigest* const digest = FindDigest(fd); digest != nullptr) {
    const std::optional<FileIdentity> identity = IdentityOf(fd);
    const int error = FileIdentity::Mismatch(identity, *digest);
    // It may be known better by now.
    if (error == 0) digests_[static_cast<size_t>(fd)] = identity->digest;
    return error;
  }
  // The addition of what is there already (EEXIST) has no effect.
  const int error = ErrnoUnless0(system_.add(set_.get(), fd));
  switch (error) {
    case EEXIST:
      return 0;
    case 0:
      system_.remove(set_.get(), fd);
      return ENOENT;
    case EBADF:
      return error;
    default:
      return CheckBySet(fd);
  }
}

int KnownFiles::CheckBySet(int fd) const {
  const int error = ErrnoUnless0(system_.modify(set_.get(), fd));
  if (error == 0 || error == ENOENT || error == EBADF) return error;
  // EPERM: the kind of file that no set takes. Or a sandbox does not allow the call any more, and
  // nobody can tell.
  const std::optional<FileIdentity> identity = IdentityOf(fd);
  if (!identity.has_value()) return errno;
  return error == EPERM && !identity->may_block() ? ENOENT : 0;
}

void KnownFiles::Remove(int fd) {
  if (FindDigest(fd) != nullptr) {
    ForgetDigest(fd);
  } else if (set_.valid()) {
    removals_->Add();
    system_.remove(set_.get(), fd);  // fails if the number is closed, or names another file
  }
}

int KnownFiles::CheckInChild(int fd) const {
  if (const FileDigest* const digest = FindDigest(fd); digest != nullptr) {
    return FileIdentity::Mismatch(IdentityOf(fd), *digest);
  }
  if (!base::IsOpen(fd)) return errno;
  // Another set, of the child's own, may have the number.
  if (set_.IsReplaced()) return 0;
  // The set has several files under a number that was closed and reused.
  for (uint32_t position = 0;; ++position) {
    const int answer = system_.compare(set_.get(), fd, position, fd);
    if (answer == 0) return 0;
    if (answer < 0) break;
  }
  return errno == ENOENT && removals_->UnchangedSinceFork() ? ENOENT : 0;
}

void KnownFiles::Renew() {
  digests_.clear();
  set_ = base::OwnDescriptor();  // first, since there may be no more than one number left
  removals_.reset();
  CreateSet();
}

const FileDigest* KnownFiles::FindDigest(int fd) const {
  if (static_cast<size_t>(fd) >= digests_.size()) return nullptr;
  const std::optional<FileDigest>& digest = digests_[static_cast<size_t>(fd)];
  return digest.has_value() ? &*digest : nullptr;
}

}  // namespace someos::poller_base
