// A terminal whose keys come one by one.

#ifndef SOMEOS_BACKENDS_LINE_BASE_TERMINAL_H_
#define SOMEOS_BACKENDS_LINE_BASE_TERMINAL_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/line_base/terminal_guard.h"

namespace someos::line_base {

struct TerminalSize {
  int width;
  int height;
};

// Two descriptors, which stay the caller's: of one terminal, or of any files. One thread at a time
// may use it.
class Terminal {
 public:
  Terminal(int input, int output) : input_(input), output_(output) {}
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { Leave(); }

  // EBADF: one of them is not open.
  absl::Status CheckOpen() const;

  // Whether both are terminals, and the environment variable TERM does not say that it is "dumb".
  bool is_terminal() const;

  // Makes keys come one by one, without an echo, those included that usually are signals. Does
  // nothing if they do already. The terminal is given back by Leave, the destructor, exit(3) and
  // signals (TerminalGuard).
  //
  // The errno of tcgetattr(3), tcsetattr(3) and pipe(2).
  absl::Status Enter();
  // Does nothing without Enter, nor in a child that was forked after it: the terminal is the
  // parent's.
  void Leave();
  // Whether this is such a child.
  bool inherited() const;

  // Of a terminal that does not say it, 80 and 24.
  TerminalSize size() const;

  // Waits until there is input or TakeChange would return something: true. False: neither came
  // before the timeout (InfiniteDuration: none) had passed. While away(), input is not waited for.
  // Beside it, other threads may call Write.
  //
  // The errno of poll(2).
  absl::StatusOr<bool> Wait(absl::Duration timeout) const;

  enum class Change { kResized, kContinued };
  // Whether the size has changed, or the program has continued in the foreground after a stop,
  // since the last call; nullopt if neither has.
  std::optional<Change> TakeChange();
  // Whether TakeChange has something to look at.
  bool changed() const;

  // Whether a stop has ended in the background. The terminal is somebody else's until
  // TakeChange returns kContinued, and nothing says when that can be: one calls it now and then,
  // every kAwayNap say.
  bool away() const { return away_; }
  static constexpr absl::Duration kAwayNap = absl::Milliseconds(200);

  // Stops the program, and those it shares the terminal with, as the key for it does without an
  // editor; the terminal is given back meanwhile. Returns when the program continues: in its mode,
  // or away().
  //
  // The errors of Enter.
  absl::Status Stop();

  // The bytes that have come, without waiting for more: "" if there are none. nullopt: the end of
  // the input, or the terminal is gone.
  //
  // The errno of read(2).
  absl::StatusOr<std::optional<std::string>> Read();

  // Writes all, and waits while the terminal takes no more.
  //
  // The errno of write(2); EPIPE raises no signal.
  absl::Status Write(absl::string_view bytes);

 private:
  absl::Status OpenPipe();
  bool InForeground() const;
  // Takes the terminal's own mode again, if the program is in the foreground.
  std::optional<Change> Return();

  int input_;
  int output_;
  std::optional<GuardedTerminal> guarded_;  // while it is in its own mode
  std::optional<TerminalGuard> guard_;
  int process_ = 0;              // that has entered
  bool away_ = false;            // see away()
  base::OwnDescriptor changed_;  // what the guard writes to wakes Wait here
  base::OwnDescriptor wake_;
  std::unique_ptr<char[]> block_;  // for Read, which would clear a new one for each key
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_TERMINAL_H_
