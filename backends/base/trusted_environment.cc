#include "someos/backends/base/trusted_environment.h"

#include <cstdlib>

#if defined(__linux__)
#include <sys/auxv.h>
#elif !defined(_WIN32)
#include <unistd.h>
#endif

namespace someos::base {
namespace {

bool HasGainedPrivileges() {
#if defined(__linux__)
  // secure_getenv(3) is the same, but not every C library has it.
  return getauxval(AT_SECURE) != 0;
#elif defined(_WIN32)
  return false;  // no program has other privileges than whoever started it
#else
  return issetugid() != 0;
#endif
}

}  // namespace

const char* TrustedEnvironment(const char* name) {
  return HasGainedPrivileges() ? nullptr : std::getenv(name);
}

}  // namespace someos::base
