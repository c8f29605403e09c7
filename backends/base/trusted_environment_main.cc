// Prints its effective user ID, and what TrustedEnvironment says about the variable SOMEOS_TEST;
// for trusted_environment_test.

#include <unistd.h>

#include <cstdio>

#include "someos/backends/base/trusted_environment.h"

int main() {
  const char* const value = someos::base::TrustedEnvironment("SOMEOS_TEST");
  std::printf("%d %s\n", static_cast<int>(geteuid()), value == nullptr ? "(nothing)" : value);
}
