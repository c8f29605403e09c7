#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/backends/worker_process/parent_process.h"
#include "someos/backends/worker_process/this_program.h"
#include "someos/testing/expect_in_child.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"

namespace someos::worker_process {
namespace {

TEST(ParentProcessTest, TheProgramOfAChildsParentIsThisOne) {
  ExpectInChild([] {
    const absl::StatusOr<std::string> program = ParentProcess().program();
    if (ErrnoOf(program.status()) == ENOENT) return;  // no /proc here
    ASSERT_THAT(program, Succeeds());
    EXPECT_TRUE(AreSameFile(*program, "/proc/self/exe"));
  });
}

TEST(ParentProcessTest, ItsEndIsNoticed) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ScopedFd reader(ends[0]);
  ScopedFd writer(ends[1]);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const pid_t grandchild = fork();
    if (grandchild != 0) {
      char byte;
      const ssize_t told = read(reader.get(), &byte, 1);  // it has looked who its parent is
      _exit(told == 1 ? 0 : 1);
    }
    const ParentProcess parent;
    const bool before = parent.ended();
    const ssize_t told = write(writer.get(), "x", 1);
    while (!parent.ended()) usleep(1000);  // nothing tells of it
    const char result = told == 1 && !before ? 'y' : 'n';
    _exit(write(writer.get(), &result, 1) == 1 ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  writer.reset();
  char byte = 0;
  EXPECT_EQ(read(reader.get(), &byte, 1), 1);
  EXPECT_EQ(byte, 'y');
}

TEST(ThisProgramTest, AProgramTakesOverWithItsArguments) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const absl::Status failed = ExecuteInstead("/bin/sh", {"sh", "-c", "exit \"$1\"", "sh", "7"});
    _exit(failed.ok() ? 1 : 2);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  EXPECT_THAT(ExecuteInstead("/nowhere", {"nowhere"}), FailsWithErrno(ENOENT, "execute /nowhere"));
}

TEST(ThisProgramTest, ADescriptorIsNotPassedOn) {
  const ScopedFd fd(open("/dev/null", O_RDONLY));
  EXPECT_THAT(SetCloseOnExec(fd.get()), Succeeds());
  EXPECT_EQ(fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_THAT(SetCloseOnExec(-1), FailsWithErrno(EBADF, "set close-on-exec of fd -1"));
  EXPECT_EQ(ThisProcessId(), getpid());
}

TEST(ThisProgramTest, FilesAreTheSameByTheirNames) {
  EXPECT_TRUE(AreSameFile("/dev/null", "/dev/../dev/null"));
  EXPECT_FALSE(AreSameFile("/dev/null", "/dev/zero"));
  EXPECT_FALSE(AreSameFile("/nowhere", "/nowhere"));
}

}  // namespace
}  // namespace someos::worker_process
