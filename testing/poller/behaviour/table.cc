#include "someos/testing/poller/behaviour/table.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/behaviour/scenario.h"
#include "someos/testing/poller/tellable.h"

namespace someos::behaviour {
namespace {

// For what must come; and for what must not.
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kQuiet = absl::Milliseconds(30);

// What one backend made of one scenario.
struct Observation {
  std::string cell;
  std::string violation;  // empty: as the contract has it
};

// Waits until what must be reported is, since TCP's conditions come about in steps, or until it
// is clear that nothing will be. Returns the last event; fd -1 for none.
absl::StatusOr<Event> Observe(Poller& poller, Readiness must) {
  Event last;
  const absl::Duration end = MonotonicNow() + kPatience;
  do {
    Event events[8];  // kqueue needs one for each of its filters
    const absl::Duration timeout = must == Readiness::kNone ? kQuiet : end - MonotonicNow();
    const absl::StatusOr<size_t> count = poller.Wait(events, timeout);
    if (!count.ok()) return count.status();
    if (*count > 0) last = events[0];
  } while (must != Readiness::kNone && (last.readiness & must) != must && MonotonicNow() < end);
  return last;
}

std::string CheckedAgainst(const Scenario& scenario, const Capabilities& capabilities, int fd,
                           const Event& event) {
  const Readiness must = Tellable(scenario.must, capabilities);
  const Readiness may = Tellable(scenario.must | scenario.may, capabilities);
  if (must == Readiness::kNone && event.fd == -1) return "";
  if (event.fd == fd && (event.readiness & must) == must &&
      (event.readiness & may) == event.readiness) {
    return "";
  }
  return absl::StrCat("reported ", event.readiness, " instead of ", must,
                      may == must ? "" : absl::StrCat(" or at most ", may));
}

Observation Run(const Scenario& scenario, const Backend& backend) {
  absl::StatusOr<std::unique_ptr<Poller>> poller = backend.create(PollerOptions{});
  if (!poller.ok()) return {"not available", std::string(poller.status().message())};
  const Capabilities capabilities = (*poller)->capabilities();
  if (HasAny(scenario.interest, Interest::kPriority) && !capabilities.priority) {
    return {"unimplemented", ""};
  }
  const Stage stage = scenario.make();
  if (stage.fd == Stage::kNoSuchThing) return {"not run", ""};
  if (stage.fd < 0) return {"not run", "this machine cannot set the stage"};
  const absl::Status registered = (*poller)->Register(stage.fd, scenario.interest);
  if (!registered.ok()) return {"refused", std::string(registered.message())};
  stage.happen();
  const absl::StatusOr<Event> event = Observe(**poller, Tellable(scenario.must, capabilities));
  if (!event.ok()) return {"failed", std::string(event.status().message())};
  std::string cell = "-";
  if (event->fd != -1) {
    cell = absl::StrCat(event->readiness, absl::StrFormat(" (0x%x)", event->raw));
  }
  return {std::move(cell), CheckedAgainst(scenario, capabilities, stage.fd, *event)};
}

// A | would end a cell.
std::string Cell(absl::string_view text) {
  std::string cell;
  for (const char c : text) cell += c == '|' ? std::string(", ") : std::string(1, c);
  return absl::StrCat(" ", cell, " |");
}

}  // namespace

Table RunScenarios(absl::Span<const Backend* const> backends) {
  Table table;
  std::string rule = "|---|---|";
  absl::StrAppend(&table.page, "|", Cell("scenario"), Cell("interest"));
  for (const Backend* backend : backends) {
    absl::StrAppend(&table.page, Cell(backend->implementation));
    absl::StrAppend(&rule, "---|");
  }
  absl::StrAppend(&table.page, "\n", rule, "\n");
  for (const Scenario& scenario : Scenarios()) {
    absl::StrAppend(&table.page, "|", Cell(scenario.name), Cell(absl::StrCat(scenario.interest)));
    for (const Backend* backend : backends) {
      Observation observation = Run(scenario, *backend);
      absl::StrAppend(&table.page, Cell(observation.cell));
      if (observation.violation.empty()) continue;
      table.violations.push_back(
          absl::StrCat(backend->implementation, ": ", scenario.name, ": ", observation.violation));
    }
    absl::StrAppend(&table.page, "\n");
  }
  return table;
}

}  // namespace someos::behaviour
