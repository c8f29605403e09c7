// Registered files that are always ready, for mechanisms whose kernel refuses or misreports them.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_ALWAYS_READY_H_
#define SOMEOS_BACKENDS_POLLER_BASE_ALWAYS_READY_H_

#include <cstddef>
#include <map>
#include <optional>

#include "someos/backends/poller_base/file_identity.h"

namespace someos::poller_base {

// poll(2) reports a regular file as readable and writable at any time. epoll refuses it with EPERM,
// and kqueue reports it only until the end of the file. The pollers over those two keep such files
// here and report them themselves. Not thread-safe.
class AlwaysReady {
 public:
  // Adds or replaces `fd`. Inactive files are kept, but not returned by Next().
  void Add(int fd, const FileIdentity& identity, bool active);
  void SetActive(int fd, bool active);
  void Remove(int fd);

  // Whether `fd` was added and still names the same file.
  bool Holds(int fd, const FileIdentity& identity) const;

  // The number of active files.
  size_t active() const { return active_; }

  // The next active file, in round-robin order. nullopt if there is none.
  std::optional<int> Next();

 private:
  struct File {
    FileDigest digest;
    bool active;
  };

  std::map<int, File> files_;
  size_t active_ = 0;
  int last_ = -1;  // the file returned last
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_ALWAYS_READY_H_
