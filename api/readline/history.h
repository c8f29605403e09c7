// The lines that were entered, and files of them.

#ifndef SOMEOS_API_READLINE_HISTORY_H_
#define SOMEOS_API_READLINE_HISTORY_H_

#include <cstddef>
#include <deque>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/api/readline/history_format.h"

namespace someos {

struct HistoryFileOptions {
  // Of a file that is written, and of one that Append creates. One that Append finds keeps its own.
  HistoryFormat format = HistoryFormat::kTimed;
  // The most lines that Write leaves in the file: see LastHistoryLines.
  size_t max_lines = std::numeric_limits<size_t>::max();
  // Whether Append creates a file that is missing.
  bool create = true;
};

// A list of entries, the oldest first. Needs no terminal; all line editors share it. One thread at
// a time may use an object; files are safe between threads, programs and sessions.
class History {
 public:
  static constexpr size_t kUnlimited = std::numeric_limits<size_t>::max();

  // Adds an entry behind the others, whatever it is: an empty one, or one that is there already. It
  // may have several lines.
  //
  // kInvalidArgument: it has a NUL byte, which no file could keep.
  absl::Status Add(absl::string_view text, absl::Time time = absl::Now());

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }

  // The entry of this index, from 0 to size() - 1. Valid until the next change.
  const std::string& operator[](size_t index) const { return entries_[index].text; }
  // When it was added, in whole seconds; InfinitePast if that is not known.
  absl::Time time(size_t index) const;

  // kOutOfRange: there is no such index. kInvalidArgument: as Add.
  absl::Status Remove(size_t index);
  absl::Status Replace(size_t index, absl::string_view text);
  void Clear() { entries_.clear(); }

  // The most entries that are kept: the oldest ones go when others come. kUnlimited at first.
  size_t max_size() const { return max_size_; }
  void SetMaxSize(size_t max_size);

  // Adds the entries of a file of any HistoryFormat, as ParseHistory has them.
  //
  // The errno of open(2) and read(2); EINVAL: not a regular file; EFBIG: more than 1 GiB. Then
  // nothing has been added.
  absl::Status Read(const std::string& path);

  // Replaces the file by one that has these entries, with mode 0600. Another process, or one that
  // starts after a crash, sees the old file or the new one. A symbolic link stays one.
  //
  // The errno of mkstemp(3), write(2), fsync(2), rename(2); EISDIR; EINVAL: not a regular file.
  // Then the old file is untouched.
  absl::Status Write(const std::string& path, const HistoryFileOptions& options = {}) const;

  // Appends the last `count` entries, or all if there are fewer, to the file, under a lock: however
  // many sessions append, no entry is lost, and none is mixed with another.
  //
  // The errno of open(2), flock(2), write(2); ENOENT if it is not to be created; EINVAL: not a
  // regular file; EAGAIN: another process has held the lock for ten seconds. Then the file has none
  // of the entries.
  absl::Status Append(const std::string& path, size_t count,
                      const HistoryFileOptions& options = {}) const;

  // Cuts the file to its last lines, as LastHistoryLines does, under the same lock.
  //
  // The errors of Read, Append and Write.
  static absl::Status Truncate(const std::string& path, size_t lines);

 private:
  void DropOldest();

  std::deque<HistoryEntry> entries_;
  size_t max_size_ = kUnlimited;
};

}  // namespace someos

#endif  // SOMEOS_API_READLINE_HISTORY_H_
