// api/threads_testing.h with GoogleTest: in a program that includes this header anywhere, an EXPECT
// or ASSERT that fails while a body is explored is the failure of the schedule. GoogleTest itself
// hears nothing of it, as bodies are run often; what Explore returns has the message, and must be
// looked at:
//
//   EXPECT_TRUE(threads_testing::Explore([] { ... EXPECT_EQ(counter.Get(), 2); }).ok());

#ifndef SOMEOS_API_THREADS_TESTING_GTEST_H_
#define SOMEOS_API_THREADS_TESTING_GTEST_H_

#include "someos/api/threads_testing.h"
#include "someos/backends/thread_stepped/google_test.h"

#endif  // SOMEOS_API_THREADS_TESTING_GTEST_H_
