// A short soak and a short storm of every backend, and the proof that a soak finds bugs.

#include "someos/testing/poller/soak/soak.h"

#include <iostream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/soak/planted_bugs.h"

namespace someos::soak {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class SoakTest : public testing::TestWithParam<const Backend*> {
 protected:
  // Runs it and prints its figures.
  static void ExpectWell(const SoakOptions& options) {
    const Backend& backend = *GetParam();
    if (absl::IsUnimplemented(backend.create(PollerOptions()).status())) {
      GTEST_SKIP() << backend.implementation << ": not on this kernel";
    }
    const SoakReport report = RunSoak(backend, options);
    std::cout << backend.implementation << ":\n" << report.figures;
    EXPECT_THAT(report.complaints, IsEmpty());
  }
};

TEST_P(SoakTest, EverythingIsAccountedFor) {
  SoakOptions options;
  options.duration = absl::Seconds(5);
  // More than FD_SETSIZE, so that select finds its own limit. All that the system gives take
  // minutes of a sanitizer; see README.md for runs with them.
  options.descriptors = 1500;
  ExpectWell(options);
}

TEST_P(SoakTest, StormOfChanges) {
  SoakOptions options;
  options.duration = absl::Seconds(3);
  options.connections = options.forks = false;
  options.changers = 4;
  ExpectWell(options);
}

INSTANTIATE_TEST_SUITE_P(All, SoakTest,
                         testing::ValuesIn(AllBackends().begin(), AllBackends().end()),
                         [](const testing::TestParamInfo<const Backend*>& info) {
                           return std::string(info.param->name);
                         });

struct Bug {
  absl::string_view name;
  const Backend& (*backend)();
  const char* complaint;  // a part of it
  bool connections;       // or a storm
};

class PlantedBugTest : public testing::TestWithParam<Bug> {};

TEST_P(PlantedBugTest, IsFound) {
  SoakOptions options;
  // Or until the first complaint; in a storm on a slow machine the bug may not come for long.
  options.duration = absl::Seconds(GetParam().connections ? 12 : 30);
  options.descriptors = 200;
  options.patience = absl::Seconds(8);
  options.forks = false;
  options.connections = GetParam().connections;
  options.changers = options.connections ? 0 : 4;
  const SoakReport report = RunSoak(GetParam().backend(), options);
  EXPECT_THAT(report.complaints, Contains(HasSubstr(GetParam().complaint)));
}

INSTANTIATE_TEST_SUITE_P(
    All, PlantedBugTest,
    testing::Values(Bug{"DropsWakes", DropsWakes, "a Wake is lost", false},
                    Bug{"DropsChanges", DropsChanges, "connection ", true},
                    Bug{"DropsChangesInAStorm", DropsChanges, "an event", false},
                    Bug{"LosesEvents", LosesEvents, "nothing happens", true},
                    Bug{"LosesEventsInAStorm", LosesEvents, "an event is lost", false},
                    Bug{"ReportsStaleEvents", ReportsStaleEvents, "gone", true},
                    Bug{"ReportsStaleEventsInAStorm", ReportsStaleEvents, "older", false},
                    Bug{"ReportsForNothing", ReportsForNothing, "connection ", true},
                    Bug{"TimesOutEarly", TimesOutEarly, "found nothing and ended after", true},
                    Bug{"ReturnsOnSignals", ReturnsOnSignals, "EINTR", false},
                    Bug{"LeaksDescriptors", LeaksDescriptors, "descriptors leak", true},
                    Bug{"Spins", Spins, "of the processor", true}),
    [](const testing::TestParamInfo<Bug>& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace someos::soak
