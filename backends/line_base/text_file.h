// Files of lines that several sessions of a program share: read at once, replaced as a whole,
// appended to under a lock.
//
// All functions follow symbolic links, and work on regular files alone: EINVAL for a directory, a
// pipe or a device. Messages begin with the path. Any thread may call them at any time.

#ifndef SOMEOS_BACKENDS_LINE_BASE_TEXT_FILE_H_
#define SOMEOS_BACKENDS_LINE_BASE_TEXT_FILE_H_

#include <cstddef>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace someos::line_base {

// Larger files are not read: EFBIG.
inline constexpr size_t kMaxTextFile = size_t{1} << 30;

// What AppendToTextFile shows of the beginning of a file, in bytes.
inline constexpr size_t kTextFileBeginning = 64;

enum class IfMissing { kFail, kCreate };

// All bytes of the file.
//
// The errno of open(2), fstat(2) and read(2); EFBIG.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

// Replaces the file by one with these contents, mode 0600 and, where permitted, the same owner.
// Another process, and one that starts after a crash of the machine, sees the old contents or the
// new ones. If it fails, the old ones are untouched.
//
// The errno of mkstemp(3), write(2), fsync(2), rename(2).
absl::Status ReplaceTextFile(const std::string& path, absl::string_view contents);

// Appends what `addition` returns for the beginning of the file, under a lock that other callers of
// this function respect, in whatever process: what they append is neither lost nor mixed. A last
// line without a newline is ended first. If it fails, what was written in part is cut off again. A
// file that is created has mode 0600.
//
// The errno of open(2), flock(2), write(2). EAGAIN: another process has held the lock for ten
// seconds.
absl::Status AppendToTextFile(const std::string& path, IfMissing if_missing,
                              absl::FunctionRef<std::string(absl::string_view beginning)> addition);

// Replaces the file by what `edit` returns for its contents, under the same lock: nothing that is
// appended meanwhile is lost.
//
// The errors of the three functions above.
absl::Status EditTextFile(const std::string& path,
                          absl::FunctionRef<std::string(absl::string_view contents)> edit);

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_TEXT_FILE_H_
