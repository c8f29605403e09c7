#include "someos/tools/relay/standard_descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

#include "gtest/gtest.h"

namespace someos::relay {
namespace {

// The exit code of a child that runs `test` without the standard descriptors.
template <typename Test>
int InChild(Test test) {
  const pid_t child = fork();
  if (child == 0) {
    for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) close(fd);
    _exit(test());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(StandardDescriptorsTest, AreOpenAfterwards) {
  EXPECT_EQ(InChild([] {
              if (!OpenStandardDescriptors()) return 1;
              if (!IsOpen(0) || !IsOpen(1) || !IsOpen(2)) return 2;
              return write(STDOUT_FILENO, "x", 1) == 1 ? 0 : 3;
            }),
            0);
}

TEST(StandardDescriptorsTest, ThoseThatAreOpenStayAsTheyAre) {
  EXPECT_EQ(InChild([] {
              int ends[2];
              if (pipe(ends) != 0 || dup2(ends[1], 2) != 2 || ends[0] != 0) return 1;
              if (!OpenStandardDescriptors()) return 2;
              char byte;
              return write(2, "x", 1) == 1 && read(0, &byte, 1) == 1 ? 0 : 3;
            }),
            0);
}

TEST(StandardDescriptorsTest, WithoutDevNull) {
  const std::string root = ::testing::TempDir();
  const int code = InChild([&root] {
    if (chroot(root.c_str()) != 0 || access("/dev/null", F_OK) == 0) return 77;
    if (!OpenStandardDescriptors()) return 1;
    if (!IsOpen(0) || !IsOpen(1) || !IsOpen(2)) return 2;
    return write(STDOUT_FILENO, "x", 1) == -1 ? 0 : 3;
  });
  if (code == 77) GTEST_SKIP() << "needs the right to chroot";
  EXPECT_EQ(code, 0);
}

TEST(StandardDescriptorsTest, SaysThatThereAreNone) {
  EXPECT_EQ(InChild([] {
              const rlimit none = {1, 1};
              if (setrlimit(RLIMIT_NOFILE, &none) != 0) return 1;
              return OpenStandardDescriptors() ? 2 : 0;
            }),
            0);
}

}  // namespace
}  // namespace someos::relay
