#include "someos/backends/poll/poll_constants.h"

#include <poll.h>

#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/constant.h"

namespace someos::select {
namespace {

// The values that all systems share.
static_assert(kPollIn == 1 && kPollPri == 2 && kPollOut == 4);
static_assert(kPollErr == 8 && kPollHup == 16 && kPollNval == 32);
static_assert(FindConstant(kPollConstants, "POLLIN") == kPollIn);
static_assert(FindConstant(kPollConstants, "POLLNVAL") == kPollNval);
static_assert(!FindConstant(kPollConstants, "EPOLLIN").has_value());

TEST(PollConstants, OptionalOnesAreThereIfTheSystemHasThem) {
#ifdef POLLRDHUP
  EXPECT_EQ(FindConstant(kPollConstants, "POLLRDHUP"), kPollRdhup);
#else
  EXPECT_FALSE(FindConstant(kPollConstants, "POLLRDHUP").has_value());
#endif
#ifdef POLLMSG
  EXPECT_EQ(FindConstant(kPollConstants, "POLLMSG"), kPollMsg);
#else
  EXPECT_FALSE(FindConstant(kPollConstants, "POLLMSG").has_value());
#endif
  EXPECT_EQ(FindConstant(kPollConstants, "POLLRDNORM"), POLLRDNORM);
  EXPECT_EQ(FindConstant(kPollConstants, "POLLRDBAND"), POLLRDBAND);
  EXPECT_EQ(FindConstant(kPollConstants, "POLLWRNORM"), POLLWRNORM);
  EXPECT_EQ(FindConstant(kPollConstants, "POLLWRBAND"), POLLWRBAND);
}

TEST(PollConstants, EachNameOnceAndNoneIsZeroOrTooLongForAMask) {
  std::set<absl::string_view> names;
  for (const Constant& constant : kPollConstants) {
    EXPECT_TRUE(names.insert(constant.name).second) << constant.name;
    EXPECT_GT(constant.value, 0) << constant.name;
    EXPECT_LE(constant.value, 0xffff) << constant.name;
  }
}

TEST(PollConstants, MasksHaveTheUsualNames) {
  EXPECT_EQ(PollMaskNames(0), "0");
  EXPECT_EQ(PollMaskNames(kPollIn | kPollHup), "POLLIN|POLLHUP");
  // Where POLLWRNORM is the same bit, too.
  EXPECT_EQ(PollMaskNames(kPollOut), "POLLOUT");
  EXPECT_EQ(PollMaskNames(kPollNval | 0x10000), "POLLNVAL|0x10000");
}

}  // namespace
}  // namespace someos::select
