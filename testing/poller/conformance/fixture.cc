#include "someos/testing/poller/conformance/fixture.h"

#include <cstddef>
#include <cstdint>
#include <iostream>
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
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/conformance/unsupported.h"
#include "someos/testing/poller/tellable.h"
#include "someos/testing/rests.h"
#include "someos/testing/scenario_alarm.h"
#include "someos/testing/status_matchers.h"

namespace someos {
namespace {

// Above every deadline of a scenario's own, with room for sanitizers on a loaded machine.
constexpr unsigned kScenarioSeconds = 100;

constexpr Readiness kAllReadiness = Readiness::kReadable | Readiness::kWritable |
                                    Readiness::kPriority | Readiness::kReadHangup |
                                    Readiness::kHangup | Readiness::kError | Readiness::kInvalid;

MATCHER_P3(EventMatches, fd, must, may,
           absl::StrCat("reports fd ", fd, " as ", must,
                        may == Readiness::kNone ? "" : absl::StrCat(" and perhaps ", may))) {
  return arg.fd == fd && (arg.readiness & must) == must &&
         (arg.readiness & (must | may)) == arg.readiness;
}

}  // namespace

void PollerConformanceTest::SetUp() {
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  if (const absl::string_view why = WhyUnsupported(test); !why.empty()) GTEST_SKIP() << why;
  alarm_.emplace(absl::StrCat(test.test_suite_name(), ".", test.name()), kScenarioSeconds);
  absl::StatusOr<std::unique_ptr<Poller>> created = backend().create(PollerOptions{});
  if (absl::IsUnimplemented(created.status())) GTEST_SKIP() << created.status();
  ASSERT_THAT(created, Succeeds());
  poller_ = *std::move(created);
  capabilities_ = poller_->capabilities();
}

void PollerConformanceTest::TearDown() {
  poller_ = nullptr;
  alarm_.reset();
}

bool PollerConformanceTest::OverLibkqueue() const {
  return absl::StrContains(backend().implementation, "libkqueue");
}

std::unique_ptr<Poller> PollerConformanceTest::NewPoller(const PollerOptions& options) const {
  absl::StatusOr<std::unique_ptr<Poller>> created = backend().create(options);
  EXPECT_THAT(created, Succeeds());
  return *std::move(created);
}

std::string PollerConformanceTest::Lacks(absl::string_view capability) const {
  return absl::StrCat(backend().implementation, ": Capabilities::", capability, " is false");
}

void PollerConformanceTest::Register(int fd, Interest interest, uint64_t data, Trigger trigger) {
  EXPECT_THAT(poller().Register(fd, interest, data, trigger), Succeeds());
}

void PollerConformanceTest::Modify(int fd, Interest interest, uint64_t data, Trigger trigger) {
  EXPECT_THAT(poller().Modify(fd, interest, data, trigger), Succeeds());
}

void PollerConformanceTest::Unregister(int fd) { EXPECT_THAT(poller().Unregister(fd), Succeeds()); }

std::vector<Event> PollerConformanceTest::Wait(absl::Duration timeout, size_t room) {
  std::vector<Event> events(room);
  const absl::StatusOr<size_t> count = poller().Wait(absl::MakeSpan(events), timeout);
  EXPECT_THAT(count, Succeeds());
  if (!count.ok()) return {};
  EXPECT_LE(*count, room);
  events.resize(*count);
  std::set<int> reported;
  for (const Event& event : events) {
    EXPECT_NE(event.readiness, Readiness::kNone) << absl::StrCat(event);
    EXPECT_TRUE(reported.insert(event.fd).second) << "twice: " << absl::StrCat(event);
  }
  return events;
}

Event PollerConformanceTest::WaitUntil(int fd, Readiness must) {
  const absl::Duration deadline = MonotonicNow() + kPatience;
  const auto matches = EventMatches(fd, Tellable(must, capabilities_), kAllReadiness);
  Event last;
  do {
    for (const Event& event : Wait(deadline - MonotonicNow())) last = event;
  } while (!testing::Value(last, matches) && MonotonicNow() < deadline);
  return last;
}

void PollerConformanceTest::ExpectQuiet() {
  const auto wait = [this](absl::Duration quiet) {
    const absl::Duration start = MonotonicNow();
    EXPECT_THAT(Wait(quiet), testing::IsEmpty());
    EXPECT_GE(MonotonicNow() - start, quiet);
  };
  const uint64_t spurious_before = poller().counters().spurious;
  EXPECT_TRUE(Rests(kQuiet, /*most_doublings=*/5, /*share=*/20, wait)) << "Wait spins";
  // Beside many busy processes, a Wait that spins has little of the processor, too.
  EXPECT_LE(poller().counters().spurious - spurious_before, 50u) << "Wait spins";
}

testing::Matcher<const Event&> PollerConformanceTest::EventOf(int fd, Readiness must,
                                                              Readiness may) const {
  return EventMatches(fd, Tellable(must, capabilities_), Tellable(may, capabilities_));
}

void ConformanceReport::SetUp() {
  const Backend& backend = backend_();
  const std::string limits = backend.limits();
  std::cout << "Backend " << backend.name << ": " << backend.implementation << ". " << limits
            << std::endl;
  testing::Test::RecordProperty("backend", std::string(backend.name));
  testing::Test::RecordProperty("implementation", std::string(backend.implementation));
  testing::Test::RecordProperty("limits", limits);
}

std::string ConformanceParameterName(const testing::TestParamInfo<const Backend*>& info) {
  return std::string(info.param->name);
}

void PrintTo(const Backend* backend, std::ostream* out) { *out << backend->implementation; }

void PrintTo(const Event& event, std::ostream* out) { *out << absl::StrCat(event); }

}  // namespace someos
