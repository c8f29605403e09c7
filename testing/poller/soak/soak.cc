#include "someos/testing/poller/soak/soak.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/event.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/poller/soak/changer.h"
#include "someos/testing/poller/soak/event_data.h"
#include "someos/testing/poller/soak/forker.h"
#include "someos/testing/poller/soak/ledger.h"
#include "someos/testing/poller/soak/process_sample.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/poller/soak/traffic.h"
#include "someos/testing/rests.h"
#include "someos/testing/signals.h"

namespace someos::soak {
namespace {

constexpr size_t kEventsPerWait = 256;
constexpr int kSamples = 40;
constexpr int kShownSamples = 4;
constexpr absl::Duration kSignalPeriod = absl::Milliseconds(5);

// So many short waits must not be too short at the end.
constexpr int kShortWaits = 50;

// How long nothing may happen at the end, and which part of that the processor may work. A wait
// that spins gets its part of the processor however many others want it, and this is less.
constexpr absl::Duration kQuiet = absl::Milliseconds(300);
constexpr int kMostQuietWork = 50;  // a fiftieth

// What may come on top of the warm-up's memory: the allocator's and the kernel's unevenness.
constexpr int64_t kMemorySlack = int64_t{8} << 20;

// libkqueue has a duplicate of each descriptor that is watched for reading and writing.
int64_t DescriptorSlack(const Poller& poller) { return poller.name() == "kqueue" ? 300 : 2; }

// It takes the close of a number for a race with any use of that number that the close is not
// ordered after, and closing without Unregister is just that.
#ifdef ABSL_HAVE_THREAD_SANITIZER
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

// Sanitizers keep freed memory for a while.
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_MEMORY_SANITIZER)
constexpr bool kJudgesMemory = false;
#else
constexpr bool kJudgesMemory = !kThreadSanitizer;
#endif

std::atomic<uint64_t> signals_handled{0};

extern "C" void CountSignal(int) { signals_handled.fetch_add(1, std::memory_order_relaxed); }

double Mebibytes(int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

class Soak {
 public:
  Soak(const Backend& backend, std::unique_ptr<Poller> poller, const SoakOptions& options);
  SoakReport Run();

 private:
  // The waiting thread.
  void WaitInTurns();
  bool WaitOnce(absl::Duration timeout);
  void Dispatch(absl::Span<const Event> events);
  void ExpectQuiet();
  absl::Duration SomeTimeout();

  // The main thread.
  void LetThemRun();
  void TakeSample();
  void JudgeSamples();
  void JudgeCounts();
  std::string Figures() const;

  const SoakOptions options_;
  std::unique_ptr<Poller> poller_;
  Shared shared_;
  std::mt19937_64 random_;  // of the waiting thread
  std::vector<Event> events_;
  std::optional<Traffic> traffic_;
  std::vector<std::unique_ptr<Changer>> changers_;
  Forker forker_;
  std::atomic<bool> stop_{false};  // the changing and forking threads
  std::atomic<bool> calm_{false};  // then the waiting thread

  ProcessSampler sampler_;
  const absl::Duration start_ = MonotonicNow();
  std::vector<ProcessSample> samples_;  // descriptors: those that are not the soak's
  int64_t most_descriptors_ = 0;
  size_t most_connections_ = 0;
};

Soak::Soak(const Backend& backend, std::unique_ptr<Poller> poller, const SoakOptions& options)
    : options_(options),
      poller_(std::move(poller)),
      random_(options.seed),
      events_(kEventsPerWait),
      forker_(&shared_, options.seed + 1) {
  shared_.poller = poller_.get();
  shared_.patience = options.patience;
  // libkqueue has a thread in the parent for what the child makes, and that thread takes the end of
  // the child for the end of a queue of the parent's. And its emulation makes its queue anew for
  // each file that was closed without Unregister, which leaves the heap in pieces.
  const bool libkqueue = absl::StrContains(backend.implementation, "libkqueue");
  shared_.children_rebuild = !libkqueue;
  shared_.closes_behind = !libkqueue && !kThreadSanitizer;
  for (int i = 0; i < options.changers; ++i) {
    changers_.push_back(std::make_unique<Changer>(&shared_, static_cast<uint8_t>(i),
                                                  options.seed + 2 + static_cast<uint64_t>(i)));
  }
}

SoakReport Soak::Run() {
  if (options_.connections) {
    const size_t most = options_.descriptors == 0 ? SIZE_MAX : options_.descriptors / 2;
    traffic_.emplace(&shared_, options_.seed, most);
    traffic_->Fill();
    traffic_->EndTurn();
    most_connections_ = traffic_->size();
  }
  LetThemRun();
  JudgeSamples();
  JudgeCounts();
  const std::string figures = Figures();
  traffic_.reset();
  poller_.reset();
  return {shared_.ledger.complaints(), figures};
}

void Soak::LetThemRun() {
  // Until the waiting thread is gone: a signal may reach it late.
  const ScopedSignalHandler handler(SIGUSR1, CountSignal);
  std::thread waiter([this] { WaitInTurns(); });
  std::vector<std::thread> threads;
  {
    const uint64_t handled_before = signals_handled.load();
    const SignalStorm storm(waiter.native_handle(), SIGUSR1, kSignalPeriod);
    for (const std::unique_ptr<Changer>& changer : changers_) {
      threads.emplace_back([this, &changer] { changer->Run(stop_); });
    }
    if (options_.forks) threads.emplace_back([this] { forker_.Run(stop_); });
    for (int i = 1; i <= kSamples && shared_.ledger.complaints().empty(); ++i) {
      absl::SleepFor(start_ + options_.duration * i / kSamples - MonotonicNow());
      TakeSample();
    }
    stop_ = true;
    for (std::thread& thread : threads) thread.join();
    shared_.ledger.signals = signals_handled.load() - handled_before;
  }
  calm_ = true;
  poller_->Wake().IgnoreError();
  waiter.join();
}

void Soak::WaitInTurns() {
  bool calming = false;
  while (true) {
    if (calm_.load() && !std::exchange(calming, true) && traffic_.has_value()) traffic_->Calm();
    if (calming && (!traffic_.has_value() || traffic_->calm())) return ExpectQuiet();
    if (!WaitOnce(SomeTimeout())) return;
    {
      absl::ReaderMutexLock gate(shared_.gate);
      if (traffic_.has_value()) {
        if (!calming) traffic_->Act();
        traffic_->EndTurn();
      }
    }
    shared_.progress.End();
  }
}

absl::Duration Soak::SomeTimeout() {
  if (!options_.connections) return absl::InfiniteDuration();
  switch (random_() % 4) {
    case 0:
      return absl::ZeroDuration();
    case 1:
      return absl::Microseconds(random_() % 1000);
    default:
      return absl::Milliseconds(random_() % 8);
  }
}

bool Soak::WaitOnce(absl::Duration timeout) {
  const uint64_t wakes = poller_->counters().wakes;
  shared_.progress.Begin();
  const absl::Duration begin = MonotonicNow();
  const absl::StatusOr<size_t> count = poller_->Wait(absl::MakeSpan(events_), timeout);
  const absl::Duration took = MonotonicNow() - begin;
  if (!count.ok()) {
    shared_.ledger.Complain(absl::StrCat("wait failed: ", count.status().ToString()));
    return false;
  }
  shared_.ledger.waits.fetch_add(1);
  if (*count == 0 && took < timeout && poller_->counters().wakes == wakes) {
    shared_.ledger.Complain(absl::StrCat("a wait of ", absl::FormatDuration(timeout),
                                         " found nothing and ended after ",
                                         absl::FormatDuration(took)));
  }
  shared_.ledger.events.fetch_add(*count);
  absl::ReaderMutexLock gate(shared_.gate);
  Dispatch(absl::MakeConstSpan(events_).first(*count));
  return true;
}

void Soak::Dispatch(absl::Span<const Event> events) {
  const uint64_t wait = shared_.progress.begun();
  for (const Event& event : events) {
    const size_t part = PartOf(event.data);
    if (OwnerOf(event.data) == Owner::kChanger && part < changers_.size()) {
      changers_[part]->OnEvent(event, wait);
    } else if (traffic_.has_value()) {
      traffic_->OnEvent(event, wait);
    } else {
      shared_.ledger.Complain(absl::StrCat("a strange event: ", event));
    }
  }
}

// With everything at rest, a wait takes its time, finds nothing and does nothing.
void Soak::ExpectQuiet() {
  if (!WaitOnce(absl::ZeroDuration())) return;  // a Wake may have been left over
  const uint64_t before = shared_.ledger.events.load();
  for (int i = 0; i < kShortWaits; ++i) {
    if (!WaitOnce(absl::Microseconds(random_() % 4000))) return;
  }
  bool goes_on = true;
  const bool rests = Rests(kQuiet, /*most_doublings=*/3, kMostQuietWork,
                           [&](absl::Duration time) { goes_on = goes_on && WaitOnce(time); });
  if (!goes_on) return;
  if (const uint64_t events = shared_.ledger.events.load() - before; events > 0) {
    shared_.ledger.Complain(absl::StrCat(events, " events while everything was at rest"));
  }
  if (!rests) {
    shared_.ledger.Complain(
        absl::StrCat("a wait for nothing takes more than 1/", kMostQuietWork, " of the processor"));
  }
}

void Soak::TakeSample() {
  absl::MutexLock gate(shared_.gate);
  ProcessSample sample = sampler_.Take();
  most_descriptors_ = std::max(most_descriptors_, sample.descriptors);
  sample.descriptors -= shared_.ledger.descriptors.load();
  samples_.push_back(sample);
}

void Soak::JudgeSamples() {
  if (samples_.size() < kSamples) return;  // it ended with complaints
  const auto most = [this](size_t begin, size_t end, auto member) {
    int64_t most = 0;
    for (size_t i = begin; i < end; ++i) most = std::max<int64_t>(most, samples_[i].*member);
    return most;
  };
  constexpr size_t kWarm = kSamples / 4;
  constexpr size_t kLater = kSamples / 2;
  const int64_t warm = most(0, kWarm, &ProcessSample::resident_bytes);
  const int64_t later = most(kLater, kSamples, &ProcessSample::resident_bytes);
  if (kJudgesMemory && later > warm + warm / 20 + kMemorySlack) {
    shared_.ledger.Complain(absl::StrFormat("memory grows: %.1f MiB at first, later %.1f MiB",
                                            Mebibytes(warm), Mebibytes(later)));
  }
  const int64_t few = most(0, kWarm, &ProcessSample::descriptors);
  const int64_t many = most(kLater, kSamples, &ProcessSample::descriptors);
  if (many > few + DescriptorSlack(*poller_)) {
    shared_.ledger.Complain(
        absl::StrCat("descriptors leak: ", few, " besides the soak's at first, later ", many));
  }
}

void Soak::JudgeCounts() {
  Ledger& ledger = shared_.ledger;
  if (!ledger.complaints().empty()) return;
  if (ledger.written != ledger.read + ledger.cut) {
    ledger.Complain(absl::StrCat("bytes: written ", ledger.written.load(), ", read ",
                                 ledger.read.load(), ", cut off ", ledger.cut.load()));
  }
  if (ledger.events != ledger.served + ledger.accepts + ledger.poked + ledger.late) {
    ledger.Complain("the events do not add up");
  }
  const Counters counters = poller_->counters();
  if (counters.waits != ledger.waits || counters.events != ledger.events) {
    ledger.Complain(absl::StrCat("the poller counts otherwise: ", counters));
  }
}

std::string Soak::Figures() const {
  const Ledger& ledger = shared_.ledger;
  const double seconds = absl::ToDoubleSeconds(MonotonicNow() - start_);
  const double worked = absl::ToDoubleSeconds(ProcessorTime());
  std::string text = absl::StrFormat("  %.1f s, seed %d\n", seconds, options_.seed);
  const auto count = [](const Ledger::Count& value) { return value.load(); };
  absl::StrAppendFormat(&text, "  connections: %d, at once %d; ended orderly %d, reset %d\n",
                        count(ledger.connections), most_connections_, count(ledger.orderly),
                        count(ledger.reset));
  absl::StrAppendFormat(&text, "  bytes: written %d = read %d + cut off by resets %d\n",
                        count(ledger.written), count(ledger.read), count(ledger.cut));
  absl::StrAppendFormat(
      &text, "  events: %d = of connections %d + accepts %d + of changers %d + late %d\n",
      count(ledger.events), count(ledger.served), count(ledger.accepts), count(ledger.poked),
      count(ledger.late));
  absl::StrAppendFormat(&text, "  pokes: %d, withdrawn %d; changes: %d\n", count(ledger.pokes),
                        count(ledger.retracted), count(ledger.changes));
  absl::StrAppendFormat(&text, "  waits: %d; wakes: %d; signals: %d, of which %d interrupted\n",
                        count(ledger.waits), count(ledger.wakes), count(ledger.signals),
                        poller_->counters().interrupted);
  absl::StrAppendFormat(&text, "  forks: %d, of which %d rebuilt the poller\n", count(ledger.forks),
                        count(ledger.rebuilds));
  if (options_.forks && !shared_.children_rebuild) {
    absl::StrAppend(&text, "  left out: children that use the poller (libkqueue)\n");
  }
  if (!shared_.closes_behind) {
    absl::StrAppend(&text, "  left out: closing without Unregister (",
                    kThreadSanitizer ? "ThreadSanitizer" : "libkqueue", ")\n");
  }
  absl::StrAppendFormat(&text, "  refused by the system: %d\n", count(ledger.refusals));
  if (samples_.empty()) return text;
  absl::StrAppendFormat(&text, "  descriptors: %d at most; besides the soak's first %d, last %d\n",
                        most_descriptors_, samples_.front().descriptors,
                        samples_.back().descriptors);
  absl::StrAppend(&text, "  RSS in MiB, first to last:");
  for (int i = 0; i <= kShownSamples; ++i) {
    const size_t index = (samples_.size() - 1) * i / kShownSamples;
    absl::StrAppendFormat(&text, " %.1f", Mebibytes(samples_[index].resident_bytes));
  }
  absl::StrAppend(&text, kJudgesMemory ? "\n" : " (not judged: a sanitizer)\n");
  absl::StrAppendFormat(&text, "  processor: %.1f s\n", worked);
  return text;
}

}  // namespace

SoakReport RunSoak(const Backend& backend, const SoakOptions& options) {
  signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit(1 << 16);
  // What the first poller of a process opens for good.
  const absl::Status probe = backend.create(PollerOptions()).status();
  if (!probe.ok()) return {{std::string(probe.message())}, ""};
  const std::set<int> open_before = OpenDescriptors();
  absl::StatusOr<std::unique_ptr<Poller>> poller = backend.create(PollerOptions());
  if (!poller.ok()) return {{std::string(poller.status().message())}, ""};
  SoakReport report = Soak(backend, *std::move(poller), options).Run();
  if (const std::set<int> open = OpenDescriptors(); open != open_before) {
    report.complaints.push_back(absl::StrCat("descriptors are left open: ", open.size(),
                                             " instead of ", open_before.size()));
  }
  return report;
}

}  // namespace someos::soak
