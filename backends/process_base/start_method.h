// What a start method provides to the facade: how a child of the library's own is started.

#ifndef SOMEOS_BACKENDS_PROCESS_BASE_START_METHOD_H_
#define SOMEOS_BACKENDS_PROCESS_BASE_START_METHOD_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/backends/base/own_descriptor.h"
#include "someos/backends/process_base/child.h"

namespace someos::multiprocessing {

// What a child finds, all of it its own and close-on-exec.
struct ChildSide {
  // Readable to the end of the file once the parent has ended; -1 in a thread. A copy of this
  // program reads the message from it first.
  int parent = -1;
  // Duplicates of StartTask::descriptors, in order.
  std::vector<int> descriptors;
};

// What to start. A start method uses either `body` or `program` and `message`.
struct StartTask {
  // For a child that has this process's memory: what it does. Returns the exit code. In a forked
  // child it runs in the only thread there is, with an empty signal mask.
  absl::AnyInvocable<int(ChildSide)> body;
  // For a copy of this program: argv[0], and what it reads.
  std::string program;
  std::string message;
  // Stay open here.
  std::vector<int> descriptors;
};

struct StartedChild {
  std::unique_ptr<Child> child;
  // The other end of ChildSide::parent, which must be kept open while the child lives.
  base::OwnDescriptor parent_end;
};

// Constant, with static lifetime.
struct StartMethod {
  absl::string_view name;  // "spawn", "fork", "forkserver", "thread"
  // Whether the child has this process's memory as it was at the start, so that `body` can run. It
  // then does not read the message.
  bool runs_body = false;
  // Errnos of the system: EAGAIN, ENOMEM, EMFILE, ENFILE; EBADF of a descriptor. kUnavailable: a
  // process that the method needs has ended.
  absl::StatusOr<StartedChild> (*start)(StartTask task);
  // Of a method that starts copies of this program, the first of their two arguments, by which they
  // know themselves. The second one is kDescriptorsArgument and the number of the descriptors that
  // they are given, from kFirstChildDescriptor on.
  absl::string_view argument = {};
  // What such a copy does, of so many descriptors: it returns in the child that is to read the
  // message. nullopt: in a copy that was no child, and has nothing to do any more.
  std::optional<ChildSide> (*begin)(int descriptors) = nullptr;
};

inline constexpr absl::string_view kDescriptorsArgument = "descriptors=";

}  // namespace someos::multiprocessing

#endif  // SOMEOS_BACKENDS_PROCESS_BASE_START_METHOD_H_
