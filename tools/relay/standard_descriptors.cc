#include "someos/tools/relay/standard_descriptors.h"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace someos::relay {
namespace {

// Opens something under the lowest free number that takes what is written to it, or at least
// refuses it: "/" is there even where /dev is not.
int OpenPlaceholder() {
  const int fd = open("/dev/null", O_RDWR);
  return fd >= 0 ? fd : open("/", O_RDONLY);
}

}  // namespace

bool OpenStandardDescriptors() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) == -1 && OpenPlaceholder() != number) return false;
  }
  return true;
}

}  // namespace someos::relay
