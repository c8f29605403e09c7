#include "someos/backends/line_base/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/broken_pipe.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/poll_until.h"
#include "someos/backends/line_base/terminal_guard.h"

namespace someos::line_base {
namespace {

constexpr size_t kBlock = 65536;
constexpr absl::Duration kLongestWayOfASignal = absl::Seconds(1);

absl::Status Failure(int error, absl::string_view operation, int fd) {
  return ErrnoStatus(error, absl::StrCat(operation, " fd ", fd));
}

// Keys one by one. Output is left alone: other threads may print.
termios OwnMode(termios mode) {
  mode.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | IXON | ISTRIP);
  mode.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  mode.c_cc[VMIN] = 1;
  mode.c_cc[VTIME] = 0;
  return mode;
}

int SetMode(int fd, const termios& mode) {
  int result;
  do {
    result = tcsetattr(fd, TCSADRAIN, &mode);
  } while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : errno;
}

base::OwnDescriptor TakeEnd(int fd) {
  base::OwnDescriptor end = base::OwnDescriptor::Take(fd);
  if (!end.valid()) return end;
  const int flags = fcntl(end.get(), F_GETFL);
  if (flags < 0 || fcntl(end.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
      fcntl(end.get(), F_SETFD, FD_CLOEXEC) != 0) {
    return base::OwnDescriptor();
  }
  return end;
}

ssize_t WriteWithoutSignal(int fd, absl::string_view bytes) {
  const base::BrokenPipeIsAnError in_this_thread;
  return write(fd, bytes.data(), bytes.size());
}

int PollOne(int fd, short events, const base::Deadline& deadline) {
  pollfd one = {fd, events, 0};
  return base::PollUntil(&one, 1, deadline);
}

}  // namespace

absl::Status Terminal::CheckOpen() const {
  if (fcntl(input_, F_GETFD) < 0) return Failure(errno, "read", input_);
  if (fcntl(output_, F_GETFD) < 0) return Failure(errno, "write", output_);
  return absl::OkStatus();
}

bool Terminal::is_terminal() const {
  const char* const type = std::getenv("TERM");
  if (type != nullptr && absl::string_view(type) == "dumb") return false;
  return isatty(input_) != 0 && isatty(output_) != 0;
}

absl::Status Terminal::OpenPipe() {
  if (wake_.valid()) return absl::OkStatus();
  int ends[2];
  if (pipe(ends) != 0) return ErrnoStatus(errno, "pipe");
  changed_ = TakeEnd(ends[0]);
  wake_ = TakeEnd(ends[1]);
  return changed_.valid() && wake_.valid() ? absl::OkStatus() : ErrnoStatus(errno, "pipe");
}

absl::Status Terminal::Enter() {
  if (guarded_.has_value()) return absl::OkStatus();
  absl::Status status = OpenPipe();
  if (!status.ok()) return status;
  // In the background, the mode is that of whoever has the terminal: the program stops, as it would
  // for reading, and goes on in the foreground.
  if (!InForeground()) raise(SIGTTIN);
  termios before = {};
  if (tcgetattr(input_, &before) != 0) return Failure(errno, "tcgetattr", input_);
  const termios own = OwnMode(before);
  guarded_ = GuardedTerminal{input_, output_, before, own, wake_.get()};
  process_ = getpid();
  away_ = false;
  guard_.emplace(*guarded_);
  const int error = SetMode(input_, own);
  if (error == 0) return absl::OkStatus();
  Leave();
  return Failure(error, "tcsetattr", input_);
}

void Terminal::Leave() {
  if (!guarded_.has_value()) return;
  if (!inherited() && InForeground()) SetMode(input_, guarded_->before);
  guard_.reset();
  guarded_.reset();
  away_ = false;
}

bool Terminal::inherited() const { return guarded_.has_value() && process_ != getpid(); }

bool Terminal::InForeground() const {
  const pid_t foreground = tcgetpgrp(input_);
  return foreground <= 0 || foreground == getpgrp();
}

TerminalSize Terminal::size() const {
  winsize size = {};
  const bool known = ioctl(output_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? TerminalSize{size.ws_col, size.ws_row} : TerminalSize{80, 24};
}

absl::StatusOr<bool> Terminal::Wait(absl::Duration timeout) const {
  base::Deadline deadline(timeout);
  for (;;) {
    // What comes while the terminal is somebody else's is for them.
    pollfd both[2] = {{changed_.get(), POLLIN, 0}, {input_, POLLIN, 0}};
    const int count = changed_.valid() ? base::PollUntil(both, away_ ? 1 : 2, deadline)
                                       : base::PollUntil(both + 1, 1, deadline);
    if (count < 0 && errno != EINTR) return Failure(errno, "poll", input_);
    if (count > 0) return true;
    if (count == 0 && deadline.Passed()) return false;
  }
}

std::optional<Terminal::Change> Terminal::TakeChange() {
  if (!guarded_.has_value()) return std::nullopt;
  std::optional<Change> change;
  char bytes[64];
  ssize_t count;
  while ((count = read(changed_.get(), bytes, sizeof(bytes))) > 0) {
    const absl::string_view changes(bytes, static_cast<size_t>(count));
    if (!change.has_value()) change = Change::kResized;
    if (changes.find(kContinued) != absl::string_view::npos) change = Change::kContinued;
  }
  if (change == Change::kContinued || away_) return Return();
  return change;
}

bool Terminal::changed() const {
  return guarded_.has_value() &&
         PollOne(changed_.get(), POLLIN, base::Deadline(absl::ZeroDuration())) > 0;
}

// The guard has done the same already, if it could.
std::optional<Terminal::Change> Terminal::Return() {
  away_ = !InForeground();
  if (away_) return std::nullopt;
  SetMode(input_, guarded_->own);
  return Change::kContinued;
}

// The signal may be for another thread of the program, which handles it while this one goes on:
// only what the guard writes says that the stop is over.
absl::Status Terminal::Stop() {
  if (!guard_.has_value() || !guard_->handles_stops()) {
    Leave();
    kill(0, SIGTSTP);
    return Enter();
  }
  TakeChange();
  kill(0, SIGTSTP);
  // If all threads block the signal, there is no stop.
  base::Deadline deadline(kLongestWayOfASignal);
  while (!changed() && !deadline.Passed()) {
    PollOne(changed_.get(), POLLIN, deadline);
  }
  TakeChange();
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> Terminal::Read() {
  const base::Deadline now(absl::ZeroDuration());
  if (block_ == nullptr) block_.reset(new char[kBlock]);
  std::string bytes;
  for (;;) {
    const int ready = PollOne(input_, POLLIN, now);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return Failure(errno, "poll", input_);
    if (ready == 0 || bytes.size() >= 16 * kBlock) return bytes;
    const ssize_t count = read(input_, block_.get(), kBlock);
    const int error = errno;
    if (count > 0) {
      bytes.append(block_.get(), static_cast<size_t>(count));
      continue;
    }
    if (!bytes.empty()) return bytes;
    // EIO: the other side of the terminal is gone.
    if (count == 0 || error == EIO) return std::nullopt;
    if (error == EAGAIN || error == EWOULDBLOCK) return bytes;
    if (error != EINTR) return Failure(error, "read", input_);
  }
}

absl::Status Terminal::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    // A terminal raises no signal.
    const ssize_t count = guarded_.has_value() ? write(output_, bytes.data(), bytes.size())
                                               : WriteWithoutSignal(output_, bytes);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      PollOne(output_, POLLOUT, base::Deadline(absl::InfiniteDuration()));
    } else if (errno != EINTR) {
      return Failure(errno, "write", output_);
    }
  }
  return absl::OkStatus();
}

}  // namespace someos::line_base
