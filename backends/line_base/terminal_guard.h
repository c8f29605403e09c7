// Gives a terminal back in the state it was in, whatever ends the program.

#ifndef SOMEOS_BACKENDS_LINE_BASE_TERMINAL_GUARD_H_
#define SOMEOS_BACKENDS_LINE_BASE_TERMINAL_GUARD_H_

#include <termios.h>

namespace someos::line_base {

// A terminal that is in a mode of its own.
struct GuardedTerminal {
  int input;
  int output;
  termios before;  // the mode that it is to be given back in
  termios own;     // its mode, which it gets again when the program continues after a stop
  int wake;        // a pipe, to which kResized or kContinued is written
};

inline constexpr char kResized = 'r';
inline constexpr char kContinued = 'c';

// While it lives, and if the program neither handles nor ignores them, SIGINT, SIGTERM, SIGHUP,
// SIGQUIT and SIGTSTP give the terminal back before they do what they do; so does exit(3). After a
// stop, and after SIGWINCH (also if the program handles it), `wake` is written to. Up to eight live
// at once; others guard nothing.
//
// A child that the program forks meanwhile leaves the terminal alone, however it ends. Signals are
// what they were before when none lives. A terminal that another process group has is
// left to it.
class TerminalGuard {
 public:
  explicit TerminalGuard(const GuardedTerminal& terminal);
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  ~TerminalGuard();

  // Whether it handles SIGTSTP, so that `wake` tells when a stop is over.
  bool handles_stops() const;

 private:
  int place_;  // in the table of those that live; -1: it has none
};

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_TERMINAL_GUARD_H_
