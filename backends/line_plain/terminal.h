// A terminal whose keys come one by one.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_TERMINAL_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_TERMINAL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/line_plain/terminal_guard.h"

namespace someos::line_plain {

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
  // nothing if they do already. The
  // terminal is given back by Leave, the destructor, exit(3) and signals (TerminalGuard).
  //
  // The errno of tcgetattr(3), tcsetattr(3) and pipe(2).
  absl::Status Enter();
  // Does nothing without Enter.
  void Leave();

  // Of a terminal that does not say it, 80 and 24.
  TerminalSize size() const;

  enum class Event { kInput, kResized, kContinued, kTimeout };
  // Waits for input, for another size of the terminal, or until the program continues after a stop.
  // InfiniteDuration: for ever.
  //
  // The errno of poll(2).
  absl::StatusOr<Event> Wait(absl::Duration timeout);

  // The bytes that have come, without waiting for more: "" if there are none. nullopt: the end of
  // the input, or the terminal is gone.
  //
  // The errno of read(2).
  absl::StatusOr<std::optional<std::string>> Read();

  // Writes all, and waits while the terminal takes no more.
  //
  // The errno of write(2).
  absl::Status Write(absl::string_view bytes);

 private:
  absl::Status OpenPipe();
  Event TakeChange();

  int input_;
  int output_;
  std::optional<GuardedTerminal> guarded_;  // while it is in its own mode
  std::optional<TerminalGuard> guard_;
  base::OwnDescriptor changed_;  // what the guard writes to wakes Wait here
  base::OwnDescriptor wake_;
};

// Stops the program, and those it shares the terminal with, as the key for it does without an
// editor. Returns when it continues.
void StopProgram();

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_TERMINAL_H_
