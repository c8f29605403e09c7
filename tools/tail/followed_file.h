// A file that others append to, truncate and replace, read from where the last read ended.

#ifndef SOMEOS_TOOLS_TAIL_FOLLOWED_FILE_H_
#define SOMEOS_TOOLS_TAIL_FOLLOWED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/tools/tail/open_file.h"

namespace someos::tail {

// Thread-compatible.
class FollowedFile {
 public:
  // Bytes that are mapped and copied at a time.
  static constexpr size_t kWindow = 256 * 1024;

  explicit FollowedFile(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // Opens the file and goes to where its last `lines` lines begin. Without this, or if it fails,
  // Step opens the file when it can, and begins at its start.
  //
  // The errno of open(2); kInvalidArgument: it is no regular file.
  absl::Status OpenAtLastLines(uint64_t lines);

  enum class Event {
    kNothing,    // no change
    kData,       // data() is what comes next
    kTruncated,  // the file is shorter than what has been read: it is read from its start again
    kReplaced,   // the name is another file's now, which is read from its start
    kMissing,    // the name is nobody's, or cannot be opened; said once
    kAppeared,   // a file has the name again
  };
  // Looks for the next change. An old file is read to its end before a new one is looked for.
  //
  // (What cannot be seen: a file that is truncated and grows beyond its old size between two
  // calls.)
  //
  // EIO and the like: the file cannot be read or mapped.
  absl::StatusOr<Event> Step();

  // Until the next Step.
  absl::string_view data() const { return data_; }

 private:
  Event CheckName();
  absl::StatusOr<Event> Take(uint64_t size);

  std::string path_;
  OpenFile file_;
  uint64_t position_ = 0;
  bool missing_ = false;
  std::string data_;
};

}  // namespace someos::tail

#endif  // SOMEOS_TOOLS_TAIL_FOLLOWED_FILE_H_
