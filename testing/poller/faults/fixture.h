// What the fault scenarios stand on: a fresh poller over a backend's wrapper, and the FaultPlan
// that the wrapper follows.

#ifndef SOMEOS_TESTING_POLLER_FAULTS_FIXTURE_H_
#define SOMEOS_TESTING_POLLER_FAULTS_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/faults/fault_plan.h"
#include "someos/testing/poller/faults/faulty_backend.h"
#include "someos/testing/scenario_alarm.h"

namespace someos {

// A Wait for what must come is given this long: it ends at once where all is well.
inline constexpr absl::Duration kPatience = absl::Seconds(10);

// A Wait for what must not come is given this long.
inline constexpr absl::Duration kQuiet = absl::Milliseconds(20);

inline constexpr Interest kReadAndWrite = Interest::kReadable | Interest::kWritable;

// What a scenario is instantiated with: a backend, and one of its faults or none.
struct FaultParameter {
  const FaultyBackend* backend;
  Fault fault = {"", 0};
};

class FaultTest : public testing::TestWithParam<FaultParameter> {
 protected:
  void SetUp() override;
  void TearDown() override;

  const FaultyBackend& backend() const { return *GetParam().backend; }
  const Fault& fault() const { return GetParam().fault; }
  bool OverLibkqueue() const;

  FaultPlan& plan() { return plan_; }
  Poller& poller() { return *poller_; }
  void ReplacePoller(const PollerOptions& options);
  void DestroyPoller() { poller_ = nullptr; }
  const Capabilities& capabilities() const { return capabilities_; }

  void Register(int fd, Interest interest, uint64_t data, Trigger trigger = Trigger::kLevel);

  // What a Wait that must succeed reports; each descriptor once.
  std::vector<Event> Wait(absl::Duration timeout = kPatience, size_t room = 64);

  // Expects a Wait of kQuiet to report nothing, to last as long, and to leave the processor alone.
  void ExpectQuiet();

  // Expects the descriptors that are open now to be those that were `before`.
  void ExpectSameDescriptors(const std::set<int>& before);

  // Has `action` run when the next wait in the kernel is over, before Wait sees what it brought.
  void Meanwhile(const std::function<void()>& action);

  // Runs `scenario` again and again: with the fault happening to the first call that is the fault's
  // within its Faulty(), to the second one, and so on, until there are no so many.
  template <typename Scenario>
  void AtEveryCall(Scenario scenario) {
    happened_ = true;
    for (nth_ = 1; happened_; ++nth_) {
      SCOPED_TRACE(testing::Message() << "call " << nth_);
      scenario();
    }
    nth_ = 1;
  }

  // Runs `operation`, during which the fault is to happen, and returns what it returns.
  template <typename Operation>
  auto Faulty(Operation operation) {
    plan().Fail(fault().call, fault().error, nth_);
    auto result = operation();
    happened_ = plan().done();
    plan().Clear();
    return result;
  }

  // Whether the fault happened in the last Faulty(), and whether somebody should hear of it.
  bool happened() const { return happened_; }
  bool failed() const { return happened_ && !fault().absorbed; }
  // The same where the status of the call that met the fault may say.
  bool failed(const absl::Status& status) const {
    return failed() && !(fault().perhaps_absorbed && status.ok());
  }

 private:
  std::optional<ScenarioAlarm> alarm_;
  FaultPlan plan_;
  std::unique_ptr<Poller> poller_;
  Capabilities capabilities_;
  int nth_ = 1;
  bool happened_ = false;
};

// One suite for each kind of call that may fail; see SOMEOS_FAULT_TESTS, which lists them again.
class CreateFaultTest : public FaultTest {};
class RegisterFaultTest : public FaultTest {};
class ModifyFaultTest : public FaultTest {};
class UnregisterFaultTest : public FaultTest {};
class WaitFaultTest : public FaultTest {};
class FallbackFaultTest : public FaultTest {};
// And those for a backend as such.
class EventFaultTest : public FaultTest {};
class ForkFaultTest : public FaultTest {};
class DescriptorLimitTest : public FaultTest {};
// With every fault that the backend has anywhere.
class SweepFaultTest : public FaultTest {};

// Matches an event of `fd` that has this readiness and `data`.
testing::Matcher<const Event&> Reports(int fd, Readiness readiness, uint64_t data);

// The parameters for a suite: no fault, `faults`, or all faults of a backend, each once.
std::vector<FaultParameter> WithoutFault(const FaultyBackend& backend);
std::vector<FaultParameter> WithFaults(const FaultyBackend& backend,
                                       const std::vector<Fault>& faults);
std::vector<FaultParameter> WithEveryFault(const FaultyBackend& backend);

// "epoll_ctl_ADD_ENOSPC", or the backend's name.
std::string FaultParameterName(const testing::TestParamInfo<FaultParameter>& info);

// For GoogleTest's messages.
void PrintTo(const FaultParameter& parameter, std::ostream* out);
void PrintTo(const Event& event, std::ostream* out);

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_FAULTS_FIXTURE_H_
