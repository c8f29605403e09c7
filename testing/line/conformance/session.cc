#include "someos/testing/line/conformance/session.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/functional/function_ref.h"
#include "someos/testing/system_call.h"

namespace someos {

pid_t StartSession(int terminal, absl::FunctionRef<void()> body) {
  const pid_t child = MustSucceed(fork(), "fork");
  if (child != 0) return child;
  alarm(60);
  MustSucceed(setsid(), "setsid");
  MustSucceed(ioctl(terminal, TIOCSCTTY, 0), "TIOCSCTTY");
  body();
  _exit(0);
}

pid_t StartJob(int terminal, absl::FunctionRef<void()> body) {
  const pid_t job = MustSucceed(fork(), "fork");
  if (job != 0) return job;
  alarm(60);
  signal(SIGTTOU, SIG_IGN);
  MustSucceed(setpgid(0, 0), "setpgid");
  MustSucceed(tcsetpgrp(terminal, getpid()), "tcsetpgrp");
  signal(SIGTTOU, SIG_DFL);
  body();
  _exit(0);
}

int WaitForEnd(pid_t child) {
  int status = 0;
  MustSucceed(waitpid(child, &status, 0), "waitpid");
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

bool TakeFromStopped(int terminal, pid_t job) {
  int status = 0;
  MustSucceed(waitpid(job, &status, WUNTRACED), "waitpid");
  signal(SIGTTOU, SIG_IGN);
  MustSucceed(tcsetpgrp(terminal, getpid()), "tcsetpgrp");
  return WIFSTOPPED(status);
}

void GiveTo(int terminal, pid_t job) {
  MustSucceed(tcsetpgrp(terminal, job), "tcsetpgrp");
  kill(job, SIGCONT);
}

}  // namespace someos
