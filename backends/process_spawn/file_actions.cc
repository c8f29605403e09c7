#include "someos/backends/process_spawn/file_actions.h"

#include <fcntl.h>
#include <spawn.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing::process_spawn {

FileActions::~FileActions() {
  if (initialized_) posix_spawn_file_actions_destroy(&actions_);
}

void FileActions::Duplicate(int from, int to) {
  if (error_ == 0) error_ = posix_spawn_file_actions_adddup2(&actions_, from, to);
}

void FileActions::Close(int number) {
  if (error_ == 0) error_ = posix_spawn_file_actions_addclose(&actions_, number);
}

// With POSIX_SPAWN_CLOEXEC_DEFAULT, only what is named is inherited.
void FileActions::KeepStandardStreams() {
#ifdef __APPLE__
  for (int fd = 0; fd < kFirstChildDescriptor && error_ == 0; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) error_ = posix_spawn_file_actions_addinherit_np(&actions_, fd);
  }
#endif
}

void FileActions::CloseFrom([[maybe_unused]] int first) {
#if SOMEOS_SPAWN_CLOSES_FROM
  if (error_ == 0) error_ = posix_spawn_file_actions_addclosefrom_np(&actions_, first);
#endif
}

int FileActions::Inherit(absl::Span<const int> descriptors) {
  KeepStandardStreams();
  const int end = kFirstChildDescriptor + static_cast<int>(descriptors.size());
  std::vector<int> sources(descriptors.begin(), descriptors.end());
  // Those whose numbers will be overwritten go first, to numbers that nobody needs. This also
  // clears close-on-exec of one that has its number already: not every dup2() to itself does.
  std::vector<int> moved;
  int unused = end;
  for (int& source : sources) {
    if (source < kFirstChildDescriptor || source >= end) continue;
    while (std::find(descriptors.begin(), descriptors.end(), unused) != descriptors.end()) ++unused;
    Duplicate(source, unused);
    moved.push_back(unused);
    source = unused++;
  }
  for (size_t i = 0; i < sources.size(); ++i) {
    Duplicate(sources[i], kFirstChildDescriptor + static_cast<int>(i));
  }
  for (const int number : moved) Close(number);
  CloseFrom(end);
  return error_;
}

}  // namespace someos::multiprocessing::process_spawn
