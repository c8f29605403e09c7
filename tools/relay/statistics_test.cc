#include "someos/tools/relay/statistics.h"

#include "gtest/gtest.h"

namespace someos::relay {
namespace {

TEST(StatisticsTest, EachNumberStandsAtItsName) {
  Statistics statistics;
  statistics.accepted = 1;
  statistics.active = 2;
  statistics.refused = 3;
  statistics.limited = 4;
  statistics.expired = 5;
  statistics.reset = 6;
  statistics.exhausted = 7;
  statistics.to_upstream = {8, 9, 10};
  statistics.to_client = {11, 12, 13};
  statistics.waits = 14;
  statistics.modifies = 18'446'744'073'709'551'615u;
  EXPECT_EQ(ToString(statistics),
            "accepted=1 active=2 refused=3 limited=4 expired=5 reset=6 exhausted=7 "
            "up_bytes=8 up_reads=9 up_stalls=10 down_bytes=11 down_reads=12 down_stalls=13 "
            "waits=14 modifies=18446744073709551615");
}

}  // namespace
}  // namespace someos::relay
