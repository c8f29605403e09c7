#include "someos/backends/line_plain/terminal.h"

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
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/base/poll_until.h"
#include "someos/backends/line_plain/terminal_guard.h"

namespace someos::line_plain {
namespace {

constexpr size_t kBlock = 65536;

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
  const pid_t foreground = tcgetpgrp(input_);
  if (foreground > 0 && foreground != getpgrp()) raise(SIGTTIN);
  termios before = {};
  if (tcgetattr(input_, &before) != 0) return Failure(errno, "tcgetattr", input_);
  const termios own = OwnMode(before);
  guarded_ = GuardedTerminal{input_, output_, before, own, wake_.get()};
  guard_.emplace(*guarded_);
  const int error = SetMode(input_, own);
  if (error == 0) return absl::OkStatus();
  Leave();
  return Failure(error, "tcsetattr", input_);
}

void Terminal::Leave() {
  if (!guarded_.has_value()) return;
  SetMode(input_, guarded_->before);
  guard_.reset();
  guarded_.reset();
}

TerminalSize Terminal::size() const {
  winsize size = {};
  const bool known = ioctl(output_, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? TerminalSize{size.ws_col, size.ws_row} : TerminalSize{80, 24};
}

absl::StatusOr<Terminal::Event> Terminal::Wait(absl::Duration timeout) {
  base::Deadline deadline(timeout);
  for (;;) {
    pollfd both[2] = {{input_, POLLIN, 0}, {changed_.get(), POLLIN, 0}};
    const int count = base::PollUntil(both, changed_.valid() ? 2 : 1, deadline);
    if (count < 0 && errno != EINTR) return Failure(errno, "poll", input_);
    if (count > 0) return both[1].revents != 0 ? TakeChange() : Event::kInput;
    if (count == 0 && deadline.Passed()) return Event::kTimeout;
  }
}

Terminal::Event Terminal::TakeChange() {
  Event event = Event::kResized;
  char bytes[64];
  ssize_t count;
  while ((count = read(changed_.get(), bytes, sizeof(bytes))) > 0) {
    const absl::string_view changes(bytes, static_cast<size_t>(count));
    if (changes.find(kContinued) != absl::string_view::npos) event = Event::kContinued;
  }
  return event;
}

absl::StatusOr<std::optional<std::string>> Terminal::Read() {
  const base::Deadline now(absl::ZeroDuration());
  std::string bytes;
  for (;;) {
    const int ready = PollOne(input_, POLLIN, now);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return Failure(errno, "poll", input_);
    if (ready == 0 || bytes.size() >= 16 * kBlock) return bytes;
    const size_t size = bytes.size();
    bytes.resize(size + kBlock);
    const ssize_t count = read(input_, bytes.data() + size, kBlock);
    const int error = errno;
    bytes.resize(size + static_cast<size_t>(count > 0 ? count : 0));
    if (count > 0) continue;
    if (!bytes.empty()) return bytes;
    // EIO: the other side of the terminal is gone.
    if (count == 0 || error == EIO) return std::nullopt;
    if (error == EAGAIN || error == EWOULDBLOCK) return bytes;
    if (error != EINTR) return Failure(error, "read", input_);
  }
}

absl::Status Terminal::Write(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(output_, bytes.data(), bytes.size());
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

void StopProgram() { kill(0, SIGTSTP); }

}  // namespace someos::line_plain
