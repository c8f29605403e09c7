#include "someos/backends/poller_base/change_count.h"

#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "someos/testing/expect_in_child.h"

namespace someos::poller_base {
namespace {

TEST(ChangeCountTest, NothingHasChangedAtFirst) {
  ChangeCount count;
  ExpectInChild([&] { EXPECT_TRUE(count.UnchangedSinceFork()); });
  count.Add();
  ExpectInChild([&] { EXPECT_TRUE(count.UnchangedSinceFork()); });
}

TEST(ChangeCountTest, AChildSeesAChangeOfItsParent) {
  ChangeCount count;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[1]);
    char byte;
    while (read(ends[0], &byte, 1) > 0) continue;
    _exit(count.UnchangedSinceFork() ? 1 : 0);
  }
  count.Add();
  close(ends[0]);
  close(ends[1]);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  ExpectInChild([&] { EXPECT_TRUE(count.UnchangedSinceFork()); });
}

}  // namespace
}  // namespace someos::poller_base
