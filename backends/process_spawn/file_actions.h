// Which descriptors a spawned child has.

#ifndef SOMEOS_BACKENDS_PROCESS_SPAWN_FILE_ACTIONS_H_
#define SOMEOS_BACKENDS_PROCESS_SPAWN_FILE_ACTIONS_H_

#include <spawn.h>

#include "absl/types/span.h"

// Whether posix_spawn_file_actions_addclosefrom_np exists.
#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 34)
#define SOMEOS_SPAWN_CLOSES_FROM 1
#endif
#endif
#ifndef SOMEOS_SPAWN_CLOSES_FROM
#define SOMEOS_SPAWN_CLOSES_FROM 0
#endif

namespace someos::multiprocessing::process_spawn {

// Whether a child has no descriptors but those that it is given; otherwise it also inherits those
// that are not close-on-exec.
#ifdef __APPLE__
inline constexpr bool kClosesOthers = true;
#else
inline constexpr bool kClosesOthers = SOMEOS_SPAWN_CLOSES_FROM;
#endif

class FileActions {
 public:
  FileActions() : error_(posix_spawn_file_actions_init(&actions_)), initialized_(error_ == 0) {}
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions();

  // The child has 0, 1 and 2, then `descriptors` as 3, 4 and so on, and where the system can, no
  // others. 0 or an errno.
  int Inherit(absl::Span<const int> descriptors);

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  void Duplicate(int from, int to);
  void Close(int number);
  void KeepStandardStreams();
  void CloseFrom(int first);

  posix_spawn_file_actions_t actions_;
  int error_;  // the first one
  const bool initialized_;
};

}  // namespace someos::multiprocessing::process_spawn

#endif  // SOMEOS_BACKENDS_PROCESS_SPAWN_FILE_ACTIONS_H_
