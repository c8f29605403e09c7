#include "someos/testing/process/child_functions.h"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/process.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing {
namespace {

void Answer(const ProcessCall& call, absl::string_view text) {
  MustSucceed(write(call.descriptors.at(0), text.data(), text.size()), "write");
}

// In a thread, descriptors are closed by the function that owns them, or by nobody.
int CloseAll(const ProcessCall& call) {
  for (const int fd : call.descriptors) close(fd);
  return 0;
}

absl::StatusOr<int> SleepForEver(const ProcessCall&) {
  while (true) pause();
}

absl::StatusOr<int> ExitWith(const ProcessCall& call) {
  return static_cast<int>(*call.args.at(0).AsInt());
}

absl::StatusOr<int> Fail(const ProcessCall&) { return absl::InternalError("as it was asked to"); }

absl::StatusOr<int> PrintArguments(const ProcessCall& call) {
  Answer(call, absl::StrCat(PyValue::Tuple(call.args).ToString(), call.kwargs.ToString()));
  return CloseAll(call);
}

absl::StatusOr<int> PrintSize(const ProcessCall& call) {
  Answer(call, absl::StrCat(call.args.at(0).AsBytes()->size()));
  return CloseAll(call);
}

absl::StatusOr<int> PrintLength(const ProcessCall& call) {
  Answer(call, absl::StrCat(call.args.at(0).AsItems()->size()));
  return CloseAll(call);
}

absl::StatusOr<int> PrintDescriptors(const ProcessCall& call) {
  Answer(call, absl::StrJoin(OpenDescriptors(), " "));
  return CloseAll(call);
}

absl::StatusOr<int> PrintIdentity(const ProcessCall& call) {
  const std::optional<ParentOfProcess> parent = ParentProcess();
  Process child("exit");
  Answer(call, absl::StrCat(CurrentProcess().name(), " ", CurrentProcess().daemon(), " ",
                            *CurrentProcess().authkey(), " ", parent->name(), " ",
                            parent->pid() == *call.args.at(0).AsInt(), " ", *parent->IsAlive(), " ",
                            child.name(), " ", GetStartMethod(), " ", ActiveChildren().size()));
  return CloseAll(call);
}

absl::StatusOr<int> JoinItself(const ProcessCall& call) {
  const std::vector<ActiveChild> active = ActiveChildren();
  Answer(call, active.at(0).Join().status().message());
  return CloseAll(call);
}

absl::StatusOr<int> ExitFromAThread(const ProcessCall& call) {
  ProcessOptions options;
  options.args = call.args;
  options.context = *GetContext("thread");
  Process thread(
      [](const ProcessCall& own) -> absl::StatusOr<int> {
        std::exit(static_cast<int>(*own.args.at(0).AsInt()));
      },
      options);
  if (const absl::Status status = thread.Start(); !status.ok()) return status;
  return SleepForEver(call);
}

absl::StatusOr<int> StartFromDaemon(const ProcessCall& call) {
  ProcessOptions options;
  options.args = {PyValue(0)};
  Answer(call, Process("exit", options).Start().message());
  return CloseAll(call);
}

// Until it can read a byte.
absl::StatusOr<int> AwaitByte(const ProcessCall& call) {
  char byte;
  MustSucceed(read(call.descriptors.at(0), &byte, 1), "read");
  return CloseAll(call);
}

absl::StatusOr<int> AwaitParent(const ProcessCall& call) {
  Answer(call, "ready ");
  (void)ParentProcess()->Join();
  Answer(call, "parent has ended");
  return 0;
}

// Starts args[0] with its own descriptors, as daemonic if args[1], and with end_with_parent if
// args[2], by the method args[4]; then returns or, if args[3], sleeps.
absl::StatusOr<int> StartAnother(const ProcessCall& call) {
  ProcessOptions options;
  options.descriptors = call.descriptors;
  options.daemon = *call.args.at(1).AsBool();
  options.end_with_parent = *call.args.at(2).AsBool();
  options.context = *GetContext(*call.args.at(4).AsStr());
  Process another(*call.args.at(0).AsStr(), options);
  if (const absl::Status status = another.Start(); !status.ok()) return status;
  CloseAll(call);
  if (*call.args.at(3).AsBool()) return SleepForEver(call);
  return 0;
}

}  // namespace

void RegisterFunctions() {
  RegisterFunction("exit", ExitWith);
  RegisterFunction("fail", Fail);
  RegisterFunction("print arguments", PrintArguments);
  RegisterFunction("print size", PrintSize);
  RegisterFunction("print length", PrintLength);
  RegisterFunction("print descriptors", PrintDescriptors);
  RegisterFunction("print identity", PrintIdentity);
  RegisterFunction("join itself", JoinItself);
  RegisterFunction("exit from a thread", ExitFromAThread);
  RegisterFunction("start from daemon", StartFromDaemon);
  RegisterFunction("await byte", AwaitByte);
  RegisterFunction("sleep", SleepForEver);
  RegisterFunction("await parent", AwaitParent);
  RegisterFunction("start another", StartAnother);
}

}  // namespace someos::multiprocessing
