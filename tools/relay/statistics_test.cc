#include "someos/tools/relay/statistics.h"

#include "gtest/gtest.h"

namespace someos::relay {
namespace {

TEST(StatisticsTest, EachNumberStandsAtItsName) {
  Statistics statistics;
  statistics.accepted = 1;
  statistics.active = 2;
  statistics.refused = 3;
  statistics.timed_out = 4;
  statistics.limited = 5;
  statistics.expired = 6;
  statistics.reset = 7;
  statistics.exhausted = 8;
  statistics.to_upstream = {9, 10, 11, 12};
  statistics.to_client = {13, 14, 15, 16};
  statistics.waits = 17;
  statistics.modifies = 18'446'744'073'709'551'615u;
  EXPECT_EQ(ToString(statistics),
            "accepted=1 active=2 refused=3 timed_out=4 limited=5 expired=6 reset=7 exhausted=8 "
            "up_bytes=9 up_spliced=10 up_reads=11 up_stalls=12 "
            "down_bytes=13 down_spliced=14 down_reads=15 down_stalls=16 "
            "waits=17 modifies=18446744073709551615");
}

TEST(StatisticsTest, EachNumberIsAdded) {
  const Statistics one = {1, 2, 3, 4, 5, 6, 7, 8, {9, 10, 11, 12}, {13, 14, 15, 16}, 17, 18};
  Statistics sum = one;
  sum += one;
  EXPECT_EQ(ToString(sum),
            "accepted=2 active=4 refused=6 timed_out=8 limited=10 expired=12 reset=14 "
            "exhausted=16 up_bytes=18 up_spliced=20 up_reads=22 up_stalls=24 "
            "down_bytes=26 down_spliced=28 down_reads=30 down_stalls=32 waits=34 modifies=36");
}

}  // namespace
}  // namespace someos::relay
