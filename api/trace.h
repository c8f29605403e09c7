// Tracing the calls to a Poller.

#ifndef SOMEOS_API_TRACE_H_
#define SOMEOS_API_TRACE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"

namespace someos {

// One completed call. What it points to is valid only while the sink runs.
struct TraceRecord {
  enum class Call : uint8_t { kRegister, kModify, kUnregister, kWait, kRebuildAfterFork };

  absl::string_view poller;  // Poller::name()
  Call call;
  int fd = -1;                          // of a register, modify or unregister
  Interest interest = Interest::kNone;  // of a register or modify
  Trigger trigger = Trigger::kLevel;    // of a register or modify
  absl::Duration timeout;               // of a wait
  absl::Span<const Event> events;       // returned by a wait
  uint64_t wakes = 0;                   // calls of Wake since the previous wait
  const absl::Status& status;
  absl::Duration duration;  // of the call
};

// "epoll register fd 5 readable|writable one-shot: OK, 1.2us" or
// "epoll wait 1s: 1 event [{fd 5: readable, data 0}], 1 wake, 12us".
std::string TraceLine(const TraceRecord& record);

// Called after each traced call, on the calling thread, before that call returns. Several threads
// may be in it at once, so it must be thread-safe. It must not call the poller.
using TraceSink = std::function<void(const TraceRecord&)>;

// A Poller that forwards to `poller` and reports each call to `sink`. Tracing is a wrapper, so it
// costs nothing where it is not used.
//
// Reported are the calls that reach the poller: not those with a negative descriptor or an empty
// span, which are refused before that. The changes of a batch are reported one by one. Wake has no
// report of its own, since a signal handler may call it; the next wait's report counts it.
std::unique_ptr<Poller> Traced(std::unique_ptr<Poller> poller, TraceSink sink);

// The sink that SOMEOS_TRACE=1 selects: writes TraceLine to standard error with a single fwrite().
void TraceToStandardError(const TraceRecord& record);

}  // namespace someos

#endif  // SOMEOS_API_TRACE_H_
