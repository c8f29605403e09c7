// What a schedule that has failed looked like, in words.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_REPORT_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_REPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "someos/backends/thread_stepped/member.h"
#include "someos/backends/thread_stepped/schedule.h"

namespace someos::thread_stepped {

using Members = std::vector<std::unique_ptr<Member>>;
using Trace = std::vector<Steps<60>::Step>;

// The last steps of the schedule, a line for each, with the thread that made it. Objects are
// numbered in the order in which they appear: "Lock#1".
std::string DescribeTrace(const Members& members, const Trace& trace);

// All threads that are left wait, without a deadline: "deadlock" if they wait for each other, "lost
// wakeup" if one of them waits to be notified. For each thread what it waits for, who has that,
// what it holds, and what it did last; then the trace.
Failure DescribeBlocked(const Members& members, const Trace& trace);

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_REPORT_H_
