// Finds bugs in the use of threading: runs the threads of a test in many orders, one thread at a
// time, and repeats exactly the order in which it has failed.
//
//   TEST(CounterTest, CountsTogether) {
//     absl::Status status = threads_testing::Explore([] {
//       Counter counter;  // uses someos::threading
//       threading::Thread thread([&] { counter.Add(); });
//       ...
//       threads_testing::Check(counter.Get() == 2, "an update is lost");
//     });
//     EXPECT_TRUE(status.ok()) << status;
//   }
//
// For tests that are built with --config=thread_stepped (--@someos//platforms:thread=stepped),
// where the classes of api/threading.h are those of the backend that does it. Included behind
// gtest/gtest.h, as the usual order has it, it makes an EXPECT or ASSERT that fails in what is
// explored a failure of the schedule; api/threads_testing_gtest.h does so in any order. The
// contracts stand in explore.h and atomic.h of //backends/thread_stepped;
// api/threading/find_a_race.md shows how to use it.

#ifndef SOMEOS_API_THREADS_TESTING_H_
#define SOMEOS_API_THREADS_TESTING_H_

#include "someos/backends/thread_stepped/atomic.h"
#include "someos/backends/thread_stepped/explore.h"

#if defined(GOOGLETEST_INCLUDE_GTEST_GTEST_H_) || defined(GTEST_INCLUDE_GTEST_GTEST_H_)
#include "someos/backends/thread_stepped/google_test.h"
#endif

namespace someos::threads_testing {

using thread_stepped::Atomic;
using thread_stepped::Check;
using thread_stepped::Exploration;
using thread_stepped::Explore;
using thread_stepped::ExploreOptions;
using thread_stepped::Fail;
using thread_stepped::Order;
using thread_stepped::Replay;
using thread_stepped::Yield;

}  // namespace someos::threads_testing

#endif  // SOMEOS_API_THREADS_TESTING_H_
