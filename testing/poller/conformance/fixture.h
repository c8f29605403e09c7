// What the scenarios of the conformance suite stand on: a fresh poller of the backend under test, a
// limit on how long a scenario may take, and short names for what most of them do.

#ifndef SOMEOS_TESTING_POLLER_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_POLLER_CONFORMANCE_FIXTURE_H_

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/scenario_alarm.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"

namespace someos {

// A Wait for what must come is given this long: it ends at once where all is well, and a loaded
// machine does not fail.
inline constexpr absl::Duration kPatience = absl::Seconds(10);

// A Wait for what must not come is given this long.
inline constexpr absl::Duration kQuiet = absl::Milliseconds(30);

inline constexpr Interest kReadAndWrite = Interest::kReadable | Interest::kWritable;

// How often a scenario does what it does `usual` times elsewhere. In wine, each call of Winsock is
// a conversation with a server process, and takes a hundred times as long.
constexpr int Rounds(int usual) {
#ifdef _WIN32
  return usual / 50 + 1;
#else
  return usual;
#endif
}

class PollerConformanceTest : public testing::TestWithParam<const Backend*> {
 protected:
  void SetUp() override;
  void TearDown() override;

  const Backend& backend() const { return *GetParam(); }
  bool OverLibkqueue() const;

  Poller& poller() { return *poller_; }
  void DestroyPoller() { poller_ = nullptr; }

  // Another poller of the same backend.
  std::unique_ptr<Poller> NewPoller(const PollerOptions& options = {}) const;

  const Capabilities& capabilities() const { return capabilities_; }

  // Why a scenario is skipped for want of a capability: to be streamed into GTEST_SKIP().
  std::string Lacks(absl::string_view capability) const;

  // The calls of poller() that a scenario expects to succeed.
  void Register(int fd, Interest interest, uint64_t data = 0, Trigger trigger = Trigger::kLevel);
  void Modify(int fd, Interest interest, uint64_t data = 0, Trigger trigger = Trigger::kLevel);
  void Unregister(int fd);

  // What a Wait with this timeout and room reports. Holds every Wait to what is always true: it
  // succeeds, reports no descriptor twice, and nothing about a descriptor without a reason.
  std::vector<Event> Wait(absl::Duration timeout, size_t room = 64);

  // Waits for events that must come. They are no fewer than one unless Wake was called.
  std::vector<Event> WaitReady(size_t room = 64) { return Wait(kPatience, room); }

  // Looks without blocking.
  std::vector<Event> WaitNow(size_t room = 64) { return Wait(absl::ZeroDuration(), room); }

  // Waits until `fd`, alone registered and level-triggered, is reported with all that `must` has
  // and the backend can tell, and returns its last event. For conditions that come about in steps,
  // as those of TCP do.
  Event WaitUntil(int fd, Readiness must);

  // Expects a Wait of kQuiet to report nothing, to last as long, and to leave the processor alone.
  void ExpectQuiet();

  // Matches an event of `fd` that has everything of `must`, as far as the backend can tell it (see
  // Capabilities), and nothing beyond that but what `may` has.
  testing::Matcher<const Event&> EventOf(int fd, Readiness must,
                                         Readiness may = Readiness::kNone) const;

 private:
  std::optional<ScenarioAlarm> alarm_;
  std::unique_ptr<Poller> poller_;
  Capabilities capabilities_;
};

// One suite for each promise. See SOMEOS_CONFORMANCE_TESTS, which lists them once more.
class ErrorsTest : public PollerConformanceTest {};
class EventsTest : public PollerConformanceTest {};
class DataTest : public PollerConformanceTest {};
class TriggersTest : public PollerConformanceTest {};
class WaitingTest : public PollerConformanceTest {};
class SignalsTest : public PollerConformanceTest {};
class WakeTest : public PollerConformanceTest {};
class ThreadsTest : public PollerConformanceTest {};
class ForkTest : public PollerConformanceTest {};
class ForkFilesTest : public PollerConformanceTest {
 protected:
  // One registration that the child still has, with data 2.
  void RegisterKept();
  // Expects it to be reported, and nothing else.
  void ExpectKeptAlone();
  // With that and `registered` registered: has a child give the number of `registered` to the file
  // of `other`, which is readable, and rebuild the poller.
  void ExpectLost(const ScopedFd& registered, const ScopedFd& other);

  const SocketPair kept_;
};
class ForkDuringWaitTest : public PollerConformanceTest {};
class NumbersTest : public PollerConformanceTest {};
class ReuseTest : public PollerConformanceTest {};
class FairnessTest : public PollerConformanceTest {};
class BatchesTest : public PollerConformanceTest {};
class RegularFilesTest : public PollerConformanceTest {};
class DiagnosticsTest : public PollerConformanceTest {};
class NestingTest : public PollerConformanceTest {};
class ManyTest : public PollerConformanceTest {};

// Prints what is under test at the start of a run, and records it in the XML report.
class ConformanceReport : public testing::Environment {
 public:
  explicit ConformanceReport(const Backend& (*backend)()) : backend_(backend) {}
  void SetUp() override;

 private:
  const Backend& (*backend_)();
};

// Names a scenario's instance after its backend: "Epoll/ErrorsTest.NegativeDescriptor/epoll".
std::string ConformanceParameterName(const testing::TestParamInfo<const Backend*>& info);

// For GoogleTest's messages.
void PrintTo(const Backend* backend, std::ostream* out);
void PrintTo(const Event& event, std::ostream* out);

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_CONFORMANCE_FIXTURE_H_
