#include "someos/backends/base/trusted_environment.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "gtest/gtest.h"

namespace someos::base {
namespace {

constexpr uid_t kSomebodyElse = 65534;

// What `program` prints if somebody else runs it, with SOMEOS_TEST set.
std::string RunBySomebodyElse(const std::string& program) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    setenv("SOMEOS_TEST", "value", 1);
    if (setuid(kSomebodyElse) == 0) execl(program.c_str(), program.c_str(), nullptr);
    _exit(1);
  }
  close(ends[1]);
  std::string printed;
  char buffer[64];
  for (ssize_t count; (count = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    printed.append(buffer, static_cast<size_t>(count));
  }
  close(ends[0]);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return printed;
}

TEST(TrustedEnvironmentTest, IsTheEnvironmentOfAnOrdinaryProgram) {
  setenv("SOMEOS_TEST", "value", 1);
  EXPECT_STREQ(TrustedEnvironment("SOMEOS_TEST"), "value");
  unsetenv("SOMEOS_TEST");
  EXPECT_EQ(TrustedEnvironment("SOMEOS_TEST"), nullptr);
}

TEST(TrustedEnvironmentTest, IsEmptyIfTheProgramIsSetUserId) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can make a program set-user-ID for another user";
  char folder[] = "/tmp/trusted_environment_XXXXXX";  // which other users can enter
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string program = std::string(folder) + "/program";
  std::filesystem::copy_file(std::getenv("PROGRAM"), program);
  ASSERT_EQ(chmod(folder, 0755), 0);
  ASSERT_EQ(chmod(program.c_str(), 0755), 0);
  const std::string ordinary = RunBySomebodyElse(program);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  const std::string privileged = RunBySomebodyElse(program);
  std::filesystem::remove_all(folder);
  if (ordinary.empty()) GTEST_SKIP() << "nobody else can be, or run programs in /tmp, here";
  EXPECT_EQ(ordinary, "65534 value\n");
  if (privileged == ordinary) GTEST_SKIP() << "set-user-ID has no effect on the files of /tmp";
  EXPECT_EQ(privileged, "0 (nothing)\n");
}

}  // namespace
}  // namespace someos::base
