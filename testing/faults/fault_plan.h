// Which system calls are to go wrong, and how.
//
//   FaultPlan plan;
//   plan.Fail("epoll_ctl ADD", ENOSPC);
//   EXPECT_THAT(poller.Register(fd, Interest::kReadable), FailsWithErrno(ENOSPC, "register fd"));
//
// A backend's wrapper of its system calls, which is made of plain functions, asks the plan that
// lives before it makes a call; without a plan it makes all of them as they are. What the names of
// the calls are is the wrapper's business.

#ifndef SOMEOS_TESTING_FAULTS_FAULT_PLAN_H_
#define SOMEOS_TESTING_FAULTS_FAULT_PLAN_H_

#include <climits>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

// Any thread may use it. One lives at a time; a forked child has a copy of its own.
class FaultPlan {
 public:
  FaultPlan();
  FaultPlan(const FaultPlan&) = delete;
  FaultPlan& operator=(const FaultPlan&) = delete;
  ~FaultPlan();

  // These are about the `nth` call by this name from now on, 1 being the next. Each happens once.

  // It fails with `error` instead of being made.
  void Fail(absl::string_view call, int error, int nth = 1);
  // It, a wait, brings nothing at once, as if its time were over, instead of being made.
  void ReturnEarly(absl::string_view call, int nth = 1);
  // It, a wait, brings once more the last event that a call of this kind has brought before.
  void Repeat(absl::string_view call, int nth = 1);
  // `action` runs when it has been made, before its caller sees what it brought.
  void RunAfter(absl::string_view call, std::function<void()> action, int nth = 1);

  // No wait from now on brings more events than this.
  void BringAtMost(int events);

  // Takes back all that has not happened yet.
  void Clear();

  // Whether all that was to happen once has happened.
  bool done() const;
  // How many calls by this name there have been since the plan was made.
  int calls(absl::string_view call) const;
  // The descriptor that the call was about that failed last; -1 for none.
  int failed_fd() const;

  // What follows is for wrappers. They pass on what is said about the next call, which counts as
  // made by that.

  // For a call that cannot wait, about `fd`: whether it fails; errno is set then.
  static bool Fails(absl::string_view call, int fd = -1);

  struct WaitFault {
    int error = 0;
    bool early = false;
    bool repeat = false;
    int most = INT_MAX;
  };
  // For a call that waits.
  static WaitFault OfWait(absl::string_view call);
  // When it has been made. Leaves errno alone.
  static void WaitMade(absl::string_view call);

 private:
  struct Step {
    enum class Kind { kFail, kReturnEarly, kRepeat, kRunAfter };
    std::string call;
    int number;  // of the call, counted from the plan's beginning
    Kind kind;
    int error = 0;
    std::function<void()> action = nullptr;
  };

  void Add(Step step, int nth);
  // Takes out the first step of this kind that is about the call that is being made.
  bool Take(absl::string_view call, Step::Kind kind, Step& step);

  mutable std::mutex mutex_;
  std::map<std::string, int, std::less<>> calls_;
  std::vector<Step> steps_;
  int most_ = INT_MAX;
  int failed_fd_ = -1;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_FAULTS_FAULT_PLAN_H_
