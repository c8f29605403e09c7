// Seeing what a program asks of a Poller, call by call.

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

// One call that has ended. What it points to is valid during the call of the sink only.
struct TraceRecord {
  enum class Call : uint8_t { kRegister, kModify, kUnregister, kWait, kRebuildAfterFork };

  absl::string_view poller;  // Poller::name()
  Call call;
  int fd = -1;                          // of a register, modify or unregister
  Interest interest = Interest::kNone;  // of a register or modify
  Trigger trigger = Trigger::kLevel;    // of a register or modify
  absl::Duration timeout;               // of a wait
  absl::Span<const Event> events;       // that a wait returned
  uint64_t wakes = 0;                   // calls of Wake since the wait before this one
  const absl::Status& status;
  absl::Duration duration;  // of the call
};

// "epoll register fd 5 readable|writable one-shot: OK, 1.2us" or
// "epoll wait 1s: 1 event [{fd 5: readable, data 0}], 1 wake, 12us".
std::string TraceLine(const TraceRecord& record);

// Called after each traced call, by the thread that made it and before that call returns; several
// threads may be in it at once. It must not call the poller.
using TraceSink = std::function<void(const TraceRecord&)>;

// A Poller that does what `poller` does and tells `sink` of each call. An untraced Poller pays
// nothing for this: the trace is a Poller around it.
//
// Told is what reaches the poller: not a negative descriptor or an empty span, which no poller gets
// to see. The changes of a batch are told one by one. Wake is not told by itself, since a signal
// handler may call it, but counted into the next wait.
std::unique_ptr<Poller> Traced(std::unique_ptr<Poller> poller, TraceSink sink);

// Writes TraceLine to standard error, in one piece. What SOMEOS_TRACE=1 has NewPoller() use.
void TraceToStandardError(const TraceRecord& record);

}  // namespace someos

#endif  // SOMEOS_API_TRACE_H_
