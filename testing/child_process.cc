#include "someos/testing/child_process.h"

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {
namespace {

constexpr unsigned kChildSeconds = 20;

[[noreturn]] void RunChild(absl::FunctionRef<std::string()> body, int report) {
  signal(SIGALRM, SIG_DFL);
  alarm(kChildSeconds);
  const std::string complaint = body();
  MustSucceed(write(report, complaint.data(), complaint.size()), "write");
  // No exit handlers: they belong to the parent.
  _exit(0);
}

}  // namespace

std::string RunInChild(absl::FunctionRef<std::string()> body) {
  int ends[2];
  MustSucceed(pipe(ends), "pipe");
  ScopedFd reader(ends[0]);
  ScopedFd writer(ends[1]);
  const pid_t child = MustSucceed(fork(), "fork");
  if (child == 0) RunChild(body, writer.get());
  writer.reset();

  std::string complaint;
  char buffer[1024];
  while (true) {
    const ssize_t count = read(reader.get(), buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (MustSucceed(count, "read") == 0) break;
    complaint.append(buffer, static_cast<size_t>(count));
  }
  int result = 0;
  while (waitpid(child, &result, 0) < 0) {
    if (errno != EINTR) MustSucceed(-1, "waitpid");
  }
  if (WIFSIGNALED(result)) {
    absl::StrAppend(&complaint, WTERMSIG(result) == SIGALRM ? "the child hung" : "the child died",
                    " (signal ", WTERMSIG(result), ")");
  } else if (WEXITSTATUS(result) != 0) {
    absl::StrAppend(&complaint, "the child exited with ", WEXITSTATUS(result));
  }
  return complaint;
}

}  // namespace someos
