// What a child does with the function that it was started for. Private to this layer.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_CHILD_MAIN_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_CHILD_MAIN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/process/functions.h"
#include "someos/api/multiprocessing/process/identity.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing::internal {

// What a child process is told, in memory or by a message.
struct Preparation {
  Identity identity;
  std::string authkey;
  std::string start_method;
  bool end_with_parent = false;
  std::string function;  // its name, in a message
  ProcessCall call;
};

// What FreezeSupport reads in the child: a frame with a pickle. Errors of Pickle.
absl::StatusOr<std::string> ToMessage(const Preparation& preparation);
// kInvalidArgument, errors of Unpickle: it is none.
absl::StatusOr<Preparation> FromPickle(absl::string_view pickle);

// Runs the function as the child that `preparation` says, and returns its exit code.
int RunAsProcess(Preparation preparation, const ProcessFunction& function, ChildSide side);

// Runs the function, and prints what it fails with.
int CallAndReport(absl::string_view name, const ProcessFunction& function, const ProcessCall& call);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_CHILD_MAIN_H_
