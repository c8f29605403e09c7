// Remembers which file each registered number names.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_H_
#define SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "someos/api/interest.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/system_calls.h"
#include "someos/backends/poller_base/change_count.h"
#include "someos/backends/poller_base/file_identity.h"
#include "someos/backends/poller_base/known_files_system.h"

namespace someos::poller_base {

// Notices that a number was closed and names another file, for pollers whose kernel knows only
// numbers (poll and select).
//
// On Linux the kernel remembers the files, in an epoll set in which nobody waits: a set contains
// open files, not just numbers, so there is nothing to compare that two files could have in common.
// A file that no set takes, such as a regular file, is remembered by its FileIdentity; and so is
// every file where the kernel refuses the set, and on other systems.
//
// The set has no interest in its files. It may keep an unregistered one as long as it is open
// elsewhere, which has no effect.
//
// An epoll set belongs to all processes that inherit it. A forked child must call nothing but
// CheckInChild, Renew and the destructor, which do not change the parent's set.
//
// Not thread-safe. The functions that return an int return 0 or an errno.
class KnownFiles {
 public:
  // `system` must outlive the object. With kRequired it is not used: there is no set.
  explicit KnownFiles(const KnownFilesSystem& system,
                      base::SystemCalls calls = base::SystemCalls::kAll);

  // Whether `fd` is the number of the set.
  bool Owns(int fd) const { return fd == set_.get(); }

  // Remembers the file that `fd` names. `known`: it replaces one that was remembered before.
  // EEXIST: it is the very file that is `known`. EBADF: not open, or open as a path only.
  //
  // `interest` has no effect but this: some files of Linux's procfs, such as /proc/self/mounts,
  // tell a change only to the first who asks whether they have priority data, which adding them to
  // a set does. With kPriority regular files are not added.
  int Add(int fd, bool known, Interest interest);

  // Whether `fd`, which is known, still names that file. EBADF: not open. ENOENT: another file.
  // (Does not ask the file anything.)
  int Check(int fd);

  // Forgets the file for which the known number `fd` was added, whatever it names now.
  void Remove(int fd);

  // In a forked child: as Check, but 0 if it cannot tell. Then the kernel denies kcmp(2), or the
  // number of the set has been closed, or the parent has removed a file since the fork.
  int CheckInChild(int fd) const;

  // In a forked child: forgets all files, and gives up the parent's set for a new one.
  void Renew();

 private:
  // By which `fd` is remembered; null if it is in the set.
  const FileDigest* FindDigest(int fd) const;
  void ForgetDigest(int fd) {
    if (FindDigest(fd) != nullptr) digests_[static_cast<size_t>(fd)].reset();
  }
  int AddDigest(int fd);
  void RememberDigest(int fd, const FileDigest& digest);
  // Check, after the set has refused an addition for an unexpected reason. Asks the file.
  int CheckBySet(int fd) const;
  void CreateSet();

  std::optional<FileIdentity> IdentityOf(int fd) const { return FileIdentity::Of(fd, calls_); }

  const KnownFilesSystem& system_;
  const base::SystemCalls calls_;
  base::OwnDescriptor set_;              // invalid if the kernel refuses it
  std::optional<ChangeCount> removals_;  // from the set
  // By descriptor. Empty as long as all files are in the set.
  std::vector<std::optional<FileDigest>> digests_;
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_KNOWN_FILES_H_
