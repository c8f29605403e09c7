#include "someos/api/trace.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/forwarding_poller.h"
#include "someos/api/poller.h"
#include "someos/api/wait_outcome.h"

namespace someos {
namespace {

using Clock = std::chrono::steady_clock;

absl::string_view CallName(TraceRecord::Call call) {
  switch (call) {
    case TraceRecord::Call::kRegister:
      return "register";
    case TraceRecord::Call::kModify:
      return "modify";
    case TraceRecord::Call::kUnregister:
      return "unregister";
    case TraceRecord::Call::kWait:
      return "wait";
    case TraceRecord::Call::kRebuildAfterFork:
      return "rebuild-after-fork";
  }
  return "unknown";
}

std::string Arguments(const TraceRecord& record) {
  switch (record.call) {
    case TraceRecord::Call::kRegister:
    case TraceRecord::Call::kModify:
      return absl::StrCat(" fd ", record.fd, " ", record.interest, " ", record.trigger);
    case TraceRecord::Call::kUnregister:
      return absl::StrCat(" fd ", record.fd);
    case TraceRecord::Call::kWait:
      return absl::StrCat(" ", absl::FormatDuration(record.timeout));
    case TraceRecord::Call::kRebuildAfterFork:
      return "";
  }
  return "";
}

std::string Counted(size_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Result(const TraceRecord& record) {
  if (!record.status.ok()) return std::string(record.status.message());
  if (record.call != TraceRecord::Call::kWait) return "OK";
  std::string result = Counted(record.events.size(), "event");
  if (!record.events.empty()) {
    absl::StrAppend(&result, " [", absl::StrJoin(record.events, ", "), "]");
  }
  if (record.wakes > 0) absl::StrAppend(&result, ", ", Counted(record.wakes, "wake"));
  return result;
}

class TracedPoller final : public ForwardingPoller {
 public:
  TracedPoller(std::unique_ptr<Poller> poller, TraceSink sink)
      : ForwardingPoller(std::move(poller)), sink_(std::move(sink)) {}

 private:
  using Call = TraceRecord::Call;

  absl::Status DoRegister(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    const Clock::time_point start = Clock::now();
    absl::Status status = ForwardingPoller::DoRegister(fd, interest, data, trigger);
    ReportChange(Call::kRegister, fd, interest, trigger, status, start);
    return status;
  }

  absl::Status DoModify(int fd, Interest interest, uint64_t data, Trigger trigger) override {
    const Clock::time_point start = Clock::now();
    absl::Status status = ForwardingPoller::DoModify(fd, interest, data, trigger);
    ReportChange(Call::kModify, fd, interest, trigger, status, start);
    return status;
  }

  absl::Status DoUnregister(int fd) override {
    const Clock::time_point start = Clock::now();
    absl::Status status = ForwardingPoller::DoUnregister(fd);
    ReportChange(Call::kUnregister, fd, Interest::kNone, Trigger::kLevel, status, start);
    return status;
  }

  WaitOutcome DoWait(absl::Span<Event> events, absl::Duration timeout) override {
    const Clock::time_point start = Clock::now();
    absl::StatusOr<size_t> count = ForwardingPoller::DoWait(events, timeout).Take();
    TraceRecord record = NewRecord(Call::kWait, count.status(), start);
    record.timeout = timeout;
    record.events = events.subspan(0, count.value_or(0));
    record.wakes = wakes_.exchange(0);
    sink_(record);
    return count;
  }

  absl::Status DoWake() override {
    wakes_.fetch_add(1);
    return ForwardingPoller::DoWake();
  }

  absl::Status DoRebuildAfterFork() override {
    const Clock::time_point start = Clock::now();
    absl::Status status = ForwardingPoller::DoRebuildAfterFork();
    sink_(NewRecord(Call::kRebuildAfterFork, status, start));
    return status;
  }

  TraceRecord NewRecord(Call call, const absl::Status& status, Clock::time_point start) const {
    TraceRecord record = {name(), call, -1, Interest::kNone, Trigger::kLevel,
                          {},     {},   0,  status,          {}};
    record.duration = absl::FromChrono(Clock::now() - start);
    return record;
  }

  void ReportChange(Call call, int fd, Interest interest, Trigger trigger,
                    const absl::Status& status, Clock::time_point start) const {
    TraceRecord record = NewRecord(call, status, start);
    record.fd = fd;
    record.interest = interest;
    record.trigger = trigger;
    sink_(record);
  }

  const TraceSink sink_;
  std::atomic<uint64_t> wakes_{0};
};

}  // namespace

std::string TraceLine(const TraceRecord& record) {
  return absl::StrCat(record.poller, " ", CallName(record.call), Arguments(record), ": ",
                      Result(record), ", ", absl::FormatDuration(record.duration));
}

std::unique_ptr<Poller> Traced(std::unique_ptr<Poller> poller, TraceSink sink) {
  return std::make_unique<TracedPoller>(std::move(poller), std::move(sink));
}

void TraceToStandardError(const TraceRecord& record) {
  const std::string line = absl::StrCat("someos: ", TraceLine(record), "\n");
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace someos
