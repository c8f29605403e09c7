#include "someos/api/multiprocessing/logging/logger.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/base/thread_annotations.h"
#include "absl/log/log.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/multiprocessing/logging/log_event.h"
#include "someos/api/multiprocessing/logging/log_level.h"
#include "someos/api/multiprocessing/process/current_process.h"
#include "someos/backends/base/fork_guard.h"
#include "someos/backends/base/mutex_lock.h"

namespace someos::multiprocessing {
namespace {

struct State {
  std::atomic<int> level{kNotSet};
  absl::Mutex mutex;
  const base::ForkGuard guard{mutex};
  std::vector<absl::LogSink*> sinks ABSL_GUARDED_BY(mutex);
};

State& TheState() {
  static State& state = *new State;
  return state;
}

int EffectiveLevel(int level) { return level == kNotSet ? kWarning : level; }

absl::LogSeverity SeverityOf(int level) {
  if (level <= kInfo) return absl::LogSeverity::kInfo;
  return level < kError ? absl::LogSeverity::kWarning : absl::LogSeverity::kError;
}

std::string LevelName(int level) {
  switch (level) {
    case kSubDebug:
      return "SUBDEBUG";
    case kDebug:
      return "DEBUG";
    case kInfo:
      return "INFO";
    case kSubWarning:
      return "SUBWARNING";
    case kWarning:
      return "WARNING";
    case kError:
      return "ERROR";
    case kCritical:
      return "CRITICAL";
    default:
      return absl::StrCat("Level ", level);
  }
}

class StderrSink final : public absl::LogSink {
 public:
  void Send(const absl::LogEntry& entry) override {
    const std::string line = absl::StrCat(FormatLogEntry(entry), "\n");
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

// Whether the calling thread is sending a message.
bool& IsSending() {
  static thread_local bool sending = false;
  return sending;
}

}  // namespace

Logger::Logger() {
  internal::LogHook& hook = internal::TheLogHook();
  hook.write = [](int level, absl::string_view message) { GetLogger().Log(level, message); };
  hook.level = kWarning;
}

int Logger::level() const { return TheState().level; }

void Logger::SetLevel(int level) {
  TheState().level = level;
  internal::TheLogHook().level = EffectiveLevel(level);
}

bool Logger::IsEnabledFor(int level) const {
  return level >= EffectiveLevel(TheState().level.load(std::memory_order_relaxed));
}

void Logger::AddSink(absl::LogSink* sink) {
  State& state = TheState();
  const base::MutexLock lock(state.mutex);
  state.sinks.push_back(sink);
}

void Logger::RemoveSink(absl::LogSink* sink) {
  State& state = TheState();
  const base::MutexLock lock(state.mutex);
  state.sinks.erase(std::remove(state.sinks.begin(), state.sinks.end(), sink), state.sinks.end());
}

void Logger::Log(int level, absl::string_view message) {
  if (!IsEnabledFor(level) || std::exchange(IsSending(), true)) return;
  {
    State& state = TheState();
    const base::MutexLock lock(state.mutex);
    for (absl::LogSink* const sink : state.sinks) {
      LOG(LEVEL(SeverityOf(level))).WithVerbosity(level).ToSinkOnly(sink) << message;
    }
  }
  IsSending() = false;
}

Logger& GetLogger() {
  static Logger& logger = *new Logger;
  return logger;
}

Logger& LogToStderr(int level) {
  Logger& logger = GetLogger();
  static const bool added = [&logger] {
    logger.AddSink(new StderrSink);
    return true;
  }();
  static_cast<void>(added);
  if (level != kNotSet) logger.SetLevel(level);
  return logger;
}

std::string FormatLogEntry(const absl::LogEntry& entry) {
  return absl::StrCat("[", LevelName(entry.verbosity()), "/", CurrentProcess().name(), "] ",
                      entry.text_message());
}

}  // namespace someos::multiprocessing
