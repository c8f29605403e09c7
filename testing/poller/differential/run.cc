#include "someos/testing/poller/differential/run.h"

#include <fcntl.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/differential/model.h"
#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/poller/differential/world.h"
#include "someos/testing/scenario_alarm.h"

namespace someos::differential {
namespace {

// While it is minimised, a sequence that fails by hanging is run many times.
constexpr absl::Duration kShortPatience = absl::Milliseconds(200);

// Above what all the waits of a sequence may take together when something is slow.
constexpr unsigned kRunSeconds = 100;

std::string NameOf(absl::StatusCode code, int error) {
  if (code == absl::StatusCode::kOk) return "OK";
  return error != 0 ? std::string(ErrnoName(error)) : absl::StatusCodeToString(code);
}

// Of the numbers below the slots.
int CountOpenDescriptors() {
  int count = 0;
  for (int fd = 0; fd < World::NumberOf(0); ++fd) count += fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  return count;
}

// libkqueue cleans up after a closed queue in a thread of its own, by descriptor numbers, whoever
// has them by then. So whoever opens anything after that must wait until it is done, which shows
// in how many descriptors are open.
void AwaitCleaning(int open_before) {
  const absl::Duration end = MonotonicNow() + absl::Seconds(1);
  while (CountOpenDescriptors() > open_before && MonotonicNow() < end) std::this_thread::yield();
}

// One sequence on one poller.
class Runner {
 public:
  Runner(const Backend& backend, Poller& poller, absl::Duration patience)
      : poller_(poller),
        model_(poller.capabilities(), Deviations::Of(backend)),
        patience_(patience) {}

  // Carries out an operation. Returns the difference as a sentence, or "".
  std::string Do(const Operation& operation) {
    if (!model_.MakesSense(operation)) {
      outcome_ = "-";
      return "";
    }
    switch (operation.kind) {
      case Operation::Kind::kRegister:
      case Operation::Kind::kModify:
      case Operation::Kind::kUnregister:
        return Call(operation);
      case Operation::Kind::kWait:
      case Operation::Kind::kLook:
        return Wait(operation);
      case Operation::Kind::kWake: {
        model_.Wake();
        const absl::Status status = poller_.Wake();
        outcome_ = NameOf(status.code(), ErrnoOf(status));
        return status.ok() ? "" : absl::StrCat("wake failed: ", status.message());
      }
      default:
        world_.Do(operation);
        model_.Do(operation);
        outcome_ = "done";
        return "";
    }
  }

  // What came of the last one, in a word or a few.
  const std::string& outcome() const { return outcome_; }

 private:
  std::string Call(const Operation& operation) {
    const int fd = World::NumberOf(operation.slot);
    // Each registration has data of its own.
    const uint64_t data = ++data_;
    absl::Status status;
    switch (operation.kind) {
      case Operation::Kind::kRegister:
        status = poller_.Register(fd, operation.interest, data, operation.trigger);
        break;
      case Operation::Kind::kModify:
        status = poller_.Modify(fd, operation.interest, data, operation.trigger);
        break;
      default:
        status = poller_.Unregister(fd);
    }
    const Answer expected = model_.Call(operation, data);
    outcome_ = NameOf(status.code(), ErrnoOf(status));
    if (status.code() == expected.code && ErrnoOf(status) == expected.error) return "";
    return absl::StrCat("returned ", outcome_, " instead of ",
                        NameOf(expected.code, expected.error));
  }

  std::string Wait(const Operation& operation) {
    const bool at_once = model_.MustReturnAtOnce();
    const bool block = operation.kind == Operation::Kind::kWait && at_once;
    const absl::Duration timeout = block ? patience_ : absl::ZeroDuration();
    std::vector<Event> events(static_cast<size_t>(operation.room));
    const absl::Duration start = MonotonicNow();
    const absl::StatusOr<size_t> count = poller_.Wait(absl::MakeSpan(events), timeout);
    const bool timed_out = block && MonotonicNow() - start >= patience_;
    if (!count.ok()) {
      outcome_ = NameOf(count.status().code(), ErrnoOf(count.status()));
      return absl::StrCat("failed: ", count.status().message());
    }
    if (*count > events.size()) return absl::StrCat("returned ", *count);
    events.resize(*count);
    std::sort(events.begin(), events.end(),
              [](const Event& a, const Event& b) { return a.fd < b.fd; });
    outcome_ = absl::StrJoin(events, ", ", [](std::string* out, const Event& event) {
      absl::StrAppend(out, World::SlotOf(event.fd), ": ", event.readiness);
    });
    if (events.empty()) outcome_ = "nothing";
    std::string difference = model_.CheckWait(operation.room, events);
    if (difference.empty() && timed_out) difference = "was not woken";
    return difference;
  }

  Poller& poller_;
  World world_;
  Model model_;
  const absl::Duration patience_;
  uint64_t data_ = 0;
  std::string outcome_;
};

}  // namespace

std::optional<Difference> RunSequence(const Backend& backend, const Sequence& sequence,
                                      const RunOptions& options) {
  const ScenarioAlarm alarm(absl::StrCat(backend.name, ": ", ToText(sequence)), kRunSeconds);
  const bool libkqueue = Deviations::Of(backend).libkqueue;
  const int open_before = libkqueue ? CountOpenDescriptors() : 0;
  const auto settle = absl::MakeCleanup([&] {
    if (libkqueue) AwaitCleaning(open_before);
  });
  absl::StatusOr<std::unique_ptr<Poller>> poller = backend.create(PollerOptions{});
  if (!poller.ok()) return Difference{0, std::string(poller.status().message())};
  Runner runner(backend, **poller, options.patience);
  for (size_t i = 0; i < sequence.size(); ++i) {
    std::string difference = runner.Do(sequence[i]);
    if (options.outcomes != nullptr) options.outcomes->push_back(runner.outcome());
    if (difference.empty()) continue;
    return Difference{i, absl::StrCat(ToText(sequence[i]), ": ", difference)};
  }
  return std::nullopt;
}

Sequence Minimise(Sequence sequence, absl::FunctionRef<bool(const Sequence&)> fails) {
  // From the end, where more can go at once; in ever smaller pieces, and with the smallest until
  // none can be spared.
  for (size_t piece = std::max<size_t>(sequence.size() / 2, 1);;) {
    bool dropped = false;
    for (size_t end = sequence.size(); end > 0;) {
      const size_t begin = end > piece ? end - piece : 0;
      Sequence shorter = sequence;
      shorter.erase(shorter.begin() + static_cast<ptrdiff_t>(begin),
                    shorter.begin() + static_cast<ptrdiff_t>(end));
      if (fails(shorter)) {
        sequence = std::move(shorter);
        dropped = true;
      }
      end = begin;
    }
    if (piece == 1 && !dropped) return sequence;
    piece = std::max<size_t>(piece / 2, 1);
  }
}

std::optional<Finding> FindDifference(const Backend& backend, const Sequence& sequence,
                                      absl::Duration patience) {
  const RunOptions options = {patience, nullptr};
  const std::optional<Difference> first = RunSequence(backend, sequence, options);
  if (!first.has_value()) return std::nullopt;
  Finding finding = {sequence, *first};
  finding.sequence.resize(first->index + 1);
  const Sequence shorter = Minimise(finding.sequence, [&](const Sequence& candidate) {
    const RunOptions hasty = {std::min(patience, kShortPatience), nullptr};
    return RunSequence(backend, candidate, hasty).has_value();
  });
  // A machine that was busy for a moment shall not make a finding of nothing.
  const std::optional<Difference> again = RunSequence(backend, shorter, options);
  if (again.has_value()) finding = {shorter, *again};
  return finding;
}

std::string Describe(const Backend& backend, const Finding& finding) {
  return absl::StrCat(backend.implementation, " differs from the contract:\n  ",
                      finding.difference.sentence,
                      "\n  tools/bazel run //testing:differential -- --backend=", backend.name,
                      " --run=\"", ToText(finding.sequence), "\"\n");
}

}  // namespace someos::differential
