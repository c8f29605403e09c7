// A part of a test that runs in a forked child.

#ifndef SOMEOS_TESTING_CHILD_PROCESS_H_
#define SOMEOS_TESTING_CHILD_PROCESS_H_

#include <string>

#include "absl/functional/function_ref.h"

namespace someos {

// Forks, runs `body` in the child, and returns what it returned there: a complaint, or nothing if
// all was well. A child that dies or takes longer than 20 s is a complaint, too.
//
// Assertions of GoogleTest made in the child do not reach the parent; hence the string.
std::string RunInChild(absl::FunctionRef<std::string()> body);

}  // namespace someos

#endif  // SOMEOS_TESTING_CHILD_PROCESS_H_
