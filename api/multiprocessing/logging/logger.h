// Python's multiprocessing.get_logger and log_to_stderr, on Abseil's log sinks.

#ifndef SOMEOS_API_MULTIPROCESSING_LOGGING_LOGGER_H_
#define SOMEOS_API_MULTIPROCESSING_LOGGING_LOGGER_H_

#include <string>

#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/logging/log_level.h"

namespace someos::multiprocessing {

// What the layers report goes to its sinks and nowhere else, as Python's logger has no propagation.
// Children of fork have what their parent has; those of spawn what they set up themselves, so that
// a main() that sets it up before FreezeSupport does it for all.
//
// Thread-safe. Messages come one at a time; what a sink logs itself is dropped.
class Logger {
 public:
  // kNotSet, the default, means kWarning, as in Python, and the layers report nothing so severe.
  int level() const;
  void SetLevel(int level);
  bool IsEnabledFor(int level) const;

  // Has entries sent to the sink, which must stay until RemoveSink has returned. An entry has the
  // severity that is next to the level (kInfo and below: INFO; below kError: WARNING; else ERROR)
  // and the level itself as its verbosity. absl::SetMinLogLevel counts as well.
  //
  // A sink must not add or remove sinks, fork, or start or ask for threads of //api:threading; a
  // fork by another thread waits until it returns.
  void AddSink(absl::LogSink* sink);
  void RemoveSink(absl::LogSink* sink);

  void Log(int level, absl::string_view message);

 private:
  friend Logger& GetLogger();
  Logger();
};

// The only one. From the first call on, the layers report to it.
Logger& GetLogger();

// Adds a sink that prints to the standard error output, once, and sets the level, unless it is
// kNotSet.
Logger& LogToStderr(int level = kNotSet);

// "[INFO/MainProcess] process shutting down": Python's format for an entry of the logger. A level
// without a name is "Level 15". (So are SUBDEBUG and SUBWARNING in Python 3.)
std::string FormatLogEntry(const absl::LogEntry& entry);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_LOGGING_LOGGER_H_
