// A pseudo-terminal in raw mode, both sides non-blocking.

#ifndef SOMEOS_TESTING_PSEUDO_TERMINAL_H_
#define SOMEOS_TESTING_PSEUDO_TERMINAL_H_

#include "someos/testing/scoped_fd.h"

namespace someos {

// Where the machine gives out no pseudo-terminals, both are none: see valid().
struct PseudoTerminal {
  PseudoTerminal();

  bool valid() const { return terminal.get() >= 0; }

  // Puts it into the mode in which a shell leaves it to the programs that it starts.
  void MakeCooked() const;
  // Tells programs the size of its window.
  void Resize(int width, int height) const;

  ScopedFd controller;  // the side of a terminal emulator
  ScopedFd terminal;    // the side of a shell
};

}  // namespace someos

#endif  // SOMEOS_TESTING_PSEUDO_TERMINAL_H_
