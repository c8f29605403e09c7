#include "someos/tools/relay/demo/room.h"

#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "someos/api/poller.h"
#include "someos/api/select.h"

namespace someos::relay {
namespace {

constexpr int kStandardInput = 0;

TEST(RoomTest, AFewAlwaysFit) {
  for (const Backend* backend : LinkedBackends()) {
    SCOPED_TRACE(backend->name);
    const std::unique_ptr<Poller> poller = backend->create({}).value();
    const Room room = FindRoom(*poller, kStandardInput, /*wanted=*/10, /*descriptors_each=*/4);
    EXPECT_EQ(room.fitting, 10);
    EXPECT_EQ(room.limit, "");
  }
}

TEST(RoomTest, TheLimitOfOpenFilesIsNoticed) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit before = limit;
  limit.rlim_cur = std::min<rlim_t>(200, limit.rlim_max);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  const std::unique_ptr<Poller> poller = NewPoller().value();
  const Room room = FindRoom(*poller, kStandardInput, /*wanted=*/1'000, /*descriptors_each=*/4);
  EXPECT_GT(room.fitting, 30);
  EXPECT_LT(room.fitting, 50);
  EXPECT_NE(room.limit, "");
  // The number is exact: so many fit when they are asked for, and not one more.
  const Room as_many = FindRoom(*poller, kStandardInput, room.fitting, /*descriptors_each=*/4);
  EXPECT_EQ(as_many.fitting, room.fitting);
  EXPECT_EQ(as_many.limit, "");
  const Room one_more = FindRoom(*poller, kStandardInput, room.fitting + 1, /*descriptors_each=*/4);
  EXPECT_EQ(one_more.fitting, room.fitting);
  EXPECT_NE(one_more.limit, "");
  // Those that take more have less room.
  EXPECT_EQ(FindRoom(*poller, kStandardInput, /*wanted=*/1'000, /*descriptors_each=*/8).fitting,
            room.fitting / 2);
  EXPECT_EQ(FindRoom(*poller, kStandardInput, /*wanted=*/10, /*descriptors_each=*/1'000).fitting,
            0);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace someos::relay
