#include "someos/testing/poller/faults/fixture.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/testing/clocks.h"
#include "someos/testing/faults/c_library.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/rests.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

// Above every deadline of a scenario's own, with room for sanitizers on a loaded machine.
constexpr unsigned kScenarioSeconds = 100;

MATCHER_P3(IsEvent, fd, readiness, data,
           absl::StrCat("reports fd ", fd, " as ", readiness, " with data ", data)) {
  return arg.fd == fd && arg.readiness == readiness && arg.data == data;
}

}  // namespace

testing::Matcher<const Event&> Reports(int fd, Readiness readiness, uint64_t data) {
  return IsEvent(fd, readiness, data);
}

void FaultTest::SetUp() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  alarm_.emplace(absl::StrCat(test.test_suite_name(), ".", test.name()), kScenarioSeconds);
  absl::StatusOr<std::unique_ptr<Poller>> created = backend().create({});
  if (absl::IsUnimplemented(created.status())) GTEST_SKIP() << created.status();
  ASSERT_THAT(created, Succeeds());
  poller_ = *std::move(created);
  capabilities_ = poller_->capabilities();
}

void FaultTest::TearDown() {
  plan_.Clear();
  poller_ = nullptr;
  alarm_.reset();
}

bool FaultTest::OverLibkqueue() const {
  return absl::StrContains(backend().backend->implementation, "libkqueue");
}

void FaultTest::ReplacePoller(const PollerOptions& options) {
  absl::StatusOr<std::unique_ptr<Poller>> created = backend().create(options);
  ASSERT_THAT(created, Succeeds());
  poller_ = *std::move(created);
}

void FaultTest::Register(int fd, Interest interest, uint64_t data, Trigger trigger) {
  EXPECT_THAT(poller().Register(fd, interest, data, trigger), Succeeds());
}

std::vector<Event> FaultTest::Wait(absl::Duration timeout, size_t room) {
  std::vector<Event> events(room);
  const absl::StatusOr<size_t> count = poller().Wait(absl::MakeSpan(events), timeout);
  EXPECT_THAT(count, Succeeds());
  events.resize(count.value_or(0));
  std::set<int> reported;
  for (const Event& event : events) {
    EXPECT_TRUE(reported.insert(event.fd).second) << "twice: " << absl::StrCat(event);
  }
  return events;
}

void FaultTest::ExpectQuiet() {
  const auto wait = [this](absl::Duration quiet) {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(quiet), testing::IsEmpty());
    EXPECT_GE(MonotonicNow() - start, quiet);
  };
  EXPECT_TRUE(Rests(kQuiet, /*most_doublings=*/5, /*share=*/20, wait)) << "Wait spins";
}

void FaultTest::ExpectSameDescriptors(const std::set<int>& before) {
  if (OverLibkqueue()) {
    EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
  } else {
    EXPECT_EQ(OpenDescriptors(), before);
  }
}

void FaultTest::Meanwhile(const std::function<void()>& action) {
  for (const absl::string_view call : backend().wait_calls) {
    plan().RunAfter(call, [this, action] {
      plan().Clear();  // once, by whichever call it is
      action();
    });
  }
}

std::vector<FaultParameter> WithoutFault(const FaultyBackend& backend) { return {{&backend}}; }

std::vector<FaultParameter> WithFaults(const FaultyBackend& backend,
                                       const std::vector<Fault>& faults) {
  std::vector<FaultParameter> parameters;
  for (const Fault& fault : faults) parameters.push_back({&backend, fault});
  return parameters;
}

std::vector<FaultParameter> WithEveryFault(const FaultyBackend& backend) {
  std::vector<FaultParameter> parameters;
  std::set<std::pair<absl::string_view, int>> seen;
  for (const auto* faults : {&backend.creations, &backend.registrations, &backend.modifications,
                             &backend.unregistrations, &backend.waits, &backend.absorbed}) {
    for (const Fault& fault : *faults) {
      if (seen.emplace(fault.call, fault.error).second) parameters.push_back({&backend, fault});
    }
  }
  for (const Fault& fault : CLibraryFaults()) parameters.push_back({&backend, fault});
  return parameters;
}

std::string FaultParameterName(const testing::TestParamInfo<FaultParameter>& info) {
  const FaultParameter& parameter = info.param;
  if (parameter.fault.call.empty()) return std::string(parameter.backend->backend->name);
  return FaultName(parameter.fault);
}

void PrintTo(const FaultParameter& parameter, std::ostream* out) {
  *out << parameter.backend->backend->implementation;
  if (parameter.fault.call.empty()) return;
  *out << ", " << parameter.fault.call << " failing with " << ErrnoName(parameter.fault.error);
}

void PrintTo(const Event& event, std::ostream* out) { *out << absl::StrCat(event); }

}  // namespace someos
