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
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace someos::relay
