#include "someos/backends/select/select_system.h"

namespace someos {
namespace {

constexpr SelectSystem kReal = {
    [](int count, fd_set* read, fd_set* write, fd_set* except, const timespec* timeout) {
      return pselect(count, read, write, except, timeout, nullptr);
    },
};

}  // namespace

const SelectSystem& RealSelectSystem() { return kReal; }

}  // namespace someos
