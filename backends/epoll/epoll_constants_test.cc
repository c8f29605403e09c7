#include "someos/backends/epoll/epoll_constants.h"

#include <cstdint>
#include <optional>
#include <set>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/constant.h"

namespace someos::select {
namespace {

// Python's numbers; the kernel's interface, the same on every architecture.
static_assert(kEpollIn == 0x1 && kEpollPri == 0x2 && kEpollOut == 0x4);
static_assert(kEpollErr == 0x8 && kEpollHup == 0x10);
static_assert(kEpollRdnorm == 0x40 && kEpollRdband == 0x80);
static_assert(kEpollWrnorm == 0x100 && kEpollWrband == 0x200 && kEpollMsg == 0x400);
static_assert(FindConstant(kEpollConstants, "EPOLLET") == INT64_C(2147483648));

TEST(EpollConstants, AreFoundByPythonsNames) {
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLLIN"), kEpollIn);
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLL_CLOEXEC"), kEpollCloexec);
  EXPECT_EQ(FindConstant(kEpollConstants, "POLLIN"), std::nullopt);
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLLNVAL"), std::nullopt);
#ifdef EPOLLRDHUP
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLLRDHUP"), 0x2000);
#endif
#ifdef EPOLLONESHOT
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLLONESHOT"), 0x40000000);
#endif
#ifdef EPOLLEXCLUSIVE
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLLEXCLUSIVE"), 0x10000000);
#endif
#ifdef EPOLLWAKEUP
  EXPECT_EQ(FindConstant(kEpollConstants, "EPOLLWAKEUP"), 0x20000000);
#endif
}

TEST(EpollConstants, EachNameAndEachBitStandsOnce) {
  std::set<absl::string_view> names;
  uint64_t bits = 0;
  for (const Constant& constant : kEpollConstants) {
    EXPECT_TRUE(names.insert(constant.name).second) << constant.name;
    EXPECT_EQ(bits & static_cast<uint64_t>(constant.value), 0u) << constant.name;
    bits |= static_cast<uint64_t>(constant.value);
  }
}

TEST(EpollConstants, MasksHaveNames) {
  EXPECT_EQ(EpollMaskNames(0), "0");
  EXPECT_EQ(EpollMaskNames(kEpollHup | kEpollIn), "EPOLLIN|EPOLLHUP");
  EXPECT_EQ(EpollMaskNames(kEpollEt | kEpollOut), "EPOLLOUT|EPOLLET");
  EXPECT_EQ(EpollMaskNames(kEpollIn | 0x800), "EPOLLIN|0x800");
}

TEST(EpollConstants, CloseOnExecIsNoBitOfAMask) {
  EXPECT_EQ(EpollMaskNames(kEpollCloexec), "0x80000");
}

}  // namespace
}  // namespace someos::select
