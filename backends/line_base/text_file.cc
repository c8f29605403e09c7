#include "someos/backends/line_base/text_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/own_descriptor.h"

namespace someos::line_base {
namespace {

constexpr absl::Duration kLongestLock = absl::Seconds(10);
constexpr absl::Duration kLongestNap = absl::Milliseconds(5);
constexpr int kMostLinks = 40;  // as Linux follows
constexpr mode_t kMode = S_IRUSR | S_IWUSR;

absl::Status Failure(int error, const std::string& path, absl::string_view operation) {
  return ErrnoStatus(error, absl::StrCat(path, ": ", operation));
}

// A regular file. O_NONBLOCK: a pipe without a writer would keep open(2) waiting.
absl::StatusOr<base::OwnDescriptor> OpenRegular(const std::string& path, int flags) {
  int fd;
  do {
    fd = open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, kMode);
  } while (fd < 0 && errno == EINTR);
  base::OwnDescriptor file = base::OwnDescriptor::Take(fd);
  if (!file.valid()) return Failure(errno, path, "open");
  struct stat about = {};
  if (fstat(file.get(), &about) != 0) return Failure(errno, path, "fstat");
  if (!S_ISREG(about.st_mode)) return Failure(EINVAL, path, "open: not a regular file");
  return file;
}

// 0, or the errno of read(2). `from` is a position in the file; reads until there is no more, or
// `most` bytes are there.
int ReadFrom(int fd, off_t from, size_t most, std::string& contents) {
  size_t size = 0;
  for (;;) {
    if (size == contents.size()) contents.resize(std::min(most, std::max<size_t>(4096, 2 * size)));
    const ssize_t count =
        pread(fd, contents.data() + size, contents.size() - size, from + static_cast<off_t>(size));
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) size += static_cast<size_t>(count);
    if (count == 0 || size == most) break;
  }
  contents.resize(size);
  return 0;
}

absl::StatusOr<std::string> ReadAll(int fd, const std::string& path) {
  struct stat about = {};
  if (fstat(fd, &about) != 0) return Failure(errno, path, "fstat");
  std::string contents;
  if (about.st_size > static_cast<off_t>(kMaxTextFile)) return Failure(EFBIG, path, "read");
  // One more, so that the end is found without growing.
  contents.resize(static_cast<size_t>(about.st_size) + 1);
  const int error = ReadFrom(fd, 0, kMaxTextFile + 1, contents);
  if (error != 0) return Failure(error, path, "read");
  if (contents.size() > kMaxTextFile) return Failure(EFBIG, path, "read");
  return contents;
}

// 0, or the errno of write(2). Adds the bytes that were written to `written`.
int WriteAll(int fd, absl::string_view bytes, off_t& written) {
  while (!bytes.empty()) {
    const ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(count));
    written += count;
  }
  return 0;
}

// flock(2), but no longer than kLongestLock: a stopped process may hold it for ever. 0 or an errno.
int Lock(int fd) {
  base::Deadline deadline(kLongestLock);
  absl::Duration nap = absl::Microseconds(20);
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return errno;
    if (deadline.Passed()) return EAGAIN;
    absl::SleepFor(nap);
    nap = std::min(2 * nap, kLongestNap);
  }
  return 0;
}

// Whether `fd` is what the path names now, and has not been replaced.
bool IsStillNamed(int fd, const std::string& path) {
  struct stat opened = {};
  struct stat named = {};
  return fstat(fd, &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

// The file, locked until its descriptor is closed.
absl::StatusOr<base::OwnDescriptor> OpenLocked(const std::string& path, IfMissing if_missing) {
  const int flags = O_RDWR | O_APPEND | (if_missing == IfMissing::kCreate ? O_CREAT : 0);
  for (;;) {
    absl::StatusOr<base::OwnDescriptor> file = OpenRegular(path, flags);
    if (!file.ok()) return file;
    const int error = Lock(file->get());
    if (error != 0) return Failure(error, path, "lock");
    if (IsStillNamed(file->get(), path)) return file;
  }
}

// What the symbolic link says, as a path that means the same from here.
absl::StatusOr<std::string> Followed(const std::string& link) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  if (size < 0) return Failure(errno, link, "readlink");
  target.resize(static_cast<size_t>(size));
  const size_t slash = link.rfind('/');
  if (absl::StartsWith(target, "/") || slash == std::string::npos) return target;
  return absl::StrCat(link.substr(0, slash + 1), target);
}

// The end of symbolic links, so that they survive a replacement of what they name, or will name:
// it need not be there yet.
absl::StatusOr<std::string> Resolved(const std::string& path, int links = 0) {
  struct stat about = {};
  if (lstat(path.c_str(), &about) != 0) {
    if (errno == ENOENT) return path;
    return Failure(errno, path, "stat");
  }
  if (S_ISREG(about.st_mode)) return path;
  if (S_ISDIR(about.st_mode)) return Failure(EISDIR, path, "write");
  if (!S_ISLNK(about.st_mode)) return Failure(EINVAL, path, "write: not a regular file");
  if (links == kMostLinks) return Failure(ELOOP, path, "write");
  const absl::StatusOr<std::string> target = Followed(path);
  return target.ok() ? Resolved(*target, links + 1) : target;
}

// Writes the temporary file that is going to be `path`. 0 or an errno.
int WriteForReplacement(int fd, const std::string& path, absl::string_view contents) {
  struct stat old = {};
  if (stat(path.c_str(), &old) == 0 && (old.st_uid != geteuid() || old.st_gid != getegid())) {
    // One who may not give files away keeps the new one.
    const bool given = fchown(fd, old.st_uid, old.st_gid) == 0;
    static_cast<void>(given);
  }
  off_t written = 0;
  const int error = WriteAll(fd, contents, written);
  if (error != 0) return error;
  // Before it gets the name: after a crash of the machine the name may otherwise be that of an
  // empty file.
  return fsync(fd) == 0 ? 0 : errno;
}

}  // namespace

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  absl::StatusOr<base::OwnDescriptor> file = OpenRegular(path, O_RDONLY);
  if (!file.ok()) return file.status();
  return ReadAll(file->get(), path);
}

absl::Status ReplaceTextFile(const std::string& path, absl::string_view contents) {
  const absl::StatusOr<std::string> target = Resolved(path);
  if (!target.ok()) return target.status();
  std::string temporary = absl::StrCat(*target, ".XXXXXX");
  const base::OwnDescriptor file = base::OwnDescriptor::Take(mkstemp(temporary.data()));
  if (!file.valid()) return Failure(errno, path, "mkstemp");
  int error = fcntl(file.get(), F_SETFD, FD_CLOEXEC) == 0 ? 0 : errno;
  if (error == 0) error = WriteForReplacement(file.get(), *target, contents);
  if (error == 0 && rename(temporary.c_str(), target->c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  unlink(temporary.c_str());
  return Failure(error, path, "write");
}

absl::Status AppendToTextFile(
    const std::string& path, IfMissing if_missing,
    absl::FunctionRef<std::string(absl::string_view beginning)> addition) {
  const absl::StatusOr<base::OwnDescriptor> file = OpenLocked(path, if_missing);
  if (!file.ok()) return file.status();
  const int fd = file->get();
  struct stat about = {};
  if (fstat(fd, &about) != 0) return Failure(errno, path, "fstat");
  std::string beginning;
  std::string last = "\n";
  int error = ReadFrom(fd, 0, kTextFileBeginning, beginning);
  if (error == 0 && about.st_size > 0) error = ReadFrom(fd, about.st_size - 1, 1, last);
  if (error != 0) return Failure(error, path, "read");
  const std::string bytes = absl::StrCat(last == "\n" ? "" : "\n", addition(beginning));
  off_t written = 0;
  error = WriteAll(fd, bytes, written);
  if (error == 0) return absl::OkStatus();
  if (written > 0 && ftruncate(fd, about.st_size) != 0) {
    return Failure(error, path, "append: a part remains");
  }
  return Failure(error, path, "append");
}

absl::Status EditTextFile(const std::string& path,
                          absl::FunctionRef<std::string(absl::string_view contents)> edit) {
  const absl::StatusOr<base::OwnDescriptor> file = OpenLocked(path, IfMissing::kFail);
  if (!file.ok()) return file.status();
  const absl::StatusOr<std::string> contents = ReadAll(file->get(), path);
  if (!contents.ok()) return contents.status();
  return ReplaceTextFile(path, edit(*contents));
}

}  // namespace someos::line_base
