#include "someos/backends/select/select_system_winsock.h"

namespace someos {
namespace {

constexpr SelectSystem kReal = {
    [](fd_set* read, fd_set* write, fd_set* except, timeval* timeout) {
      // The first argument is for the source code of POSIX, and ignored.
      return select(0, read, write, except, timeout);
    },
};

}  // namespace

const SelectSystem& RealSelectSystem() { return kReal; }

}  // namespace someos
