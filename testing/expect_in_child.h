// GoogleTest's assertions in a forked child.

#ifndef SOMEOS_TESTING_EXPECT_IN_CHILD_H_
#define SOMEOS_TESTING_EXPECT_IN_CHILD_H_

#include "absl/functional/function_ref.h"

namespace someos {

// Forks and runs `body` in the child, as RunInChild does. Assertions that fail there fail the
// running test here, with their places and messages; so does a child that dies or hangs. (A skip in
// `body` is lost.) May be nested, for grandchildren.
void ExpectInChild(absl::FunctionRef<void()> body);

}  // namespace someos

#endif  // SOMEOS_TESTING_EXPECT_IN_CHILD_H_
