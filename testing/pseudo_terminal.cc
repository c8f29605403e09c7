#include "someos/testing/pseudo_terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <utility>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

PseudoTerminal::PseudoTerminal() {
  ScopedFd opened(posix_openpt(O_RDWR | O_NOCTTY));
  if (opened.get() < 0 || grantpt(opened.get()) != 0 || unlockpt(opened.get()) != 0) return;
  const char* name = ptsname(opened.get());
  if (name == nullptr) return;
  ScopedFd other(open(name, O_RDWR | O_NOCTTY));
  if (other.get() < 0) return;
  termios settings = {};
  MustSucceed(tcgetattr(other.get(), &settings), "tcgetattr");
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  MustSucceed(tcsetattr(other.get(), TCSANOW, &settings), "tcsetattr");
  NonBlocking(opened.get());
  NonBlocking(other.get());
  controller = std::move(opened);
  terminal = std::move(other);
}

void PseudoTerminal::MakeCooked() const {
  termios mode = {};
  MustSucceed(tcgetattr(terminal.get(), &mode), "tcgetattr");
  mode.c_iflag |= ICRNL | IXON;
  mode.c_oflag |= OPOST | ONLCR;
  mode.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
  MustSucceed(tcsetattr(terminal.get(), TCSANOW, &mode), "tcsetattr");
}

void PseudoTerminal::Resize(int width, int height) const {
  winsize size = {};
  size.ws_col = static_cast<unsigned short>(width);
  size.ws_row = static_cast<unsigned short>(height);
  MustSucceed(ioctl(terminal.get(), TIOCSWINSZ, &size), "TIOCSWINSZ");
}

}  // namespace someos
