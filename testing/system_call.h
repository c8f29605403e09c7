// System calls of a test's own scenery, which a test has no use for when they fail.

#ifndef SOMEOS_TESTING_SYSTEM_CALL_H_
#define SOMEOS_TESTING_SYSTEM_CALL_H_

#include <cstdio>
#include <cstdlib>

namespace someos {

// Returns `result` unless it is -1; then prints what perror() prints of `call`, and aborts.
template <typename Result>
Result MustSucceed(Result result, const char* call) {
  if (result == static_cast<Result>(-1)) {
    std::perror(call);
    std::abort();
  }
  return result;
}

}  // namespace someos

#endif  // SOMEOS_TESTING_SYSTEM_CALL_H_
