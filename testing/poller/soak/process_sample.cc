#include "someos/testing/poller/soak/process_sample.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "someos/testing/clocks.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/scoped_fd.h"

namespace someos::soak {
namespace {

// The second number of "size resident shared ...", in pages.
int64_t ResidentBytes(int statm) {
  char text[128];
  const ssize_t size = pread(statm, text, sizeof(text), 0);
  if (size <= 0) return 0;
  const std::vector<absl::string_view> words =
      absl::StrSplit(absl::string_view(text, static_cast<size_t>(size)), ' ');
  int64_t pages = 0;
  if (words.size() < 2 || !absl::SimpleAtoi(words[1], &pages)) return 0;
  return pages * sysconf(_SC_PAGESIZE);
}

// Much faster than asking about every number, which matters while all others have to wait.
int64_t CountEntries(DIR* directory) {
  int64_t count = 0;
  rewinddir(directory);
  while (const dirent* entry = readdir(directory)) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

}  // namespace

ProcessSampler::ProcessSampler()
    : statm_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)), fds_(opendir("/proc/self/fd")) {}

ProcessSampler::~ProcessSampler() {
  if (fds_ != nullptr) closedir(fds_);
}

ProcessSample ProcessSampler::Take() const {
  ProcessSample sample;
  if (statm_.get() >= 0) sample.resident_bytes = ResidentBytes(statm_.get());
  sample.descriptors =
      fds_ != nullptr ? CountEntries(fds_) : static_cast<int64_t>(OpenDescriptors().size());
  sample.processor = ProcessorTime();
  return sample;
}

}  // namespace someos::soak
