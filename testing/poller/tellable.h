// What of a readiness a backend can tell, so that one expectation serves all.

#ifndef SOMEOS_TESTING_POLLER_TELLABLE_H_
#define SOMEOS_TESTING_POLLER_TELLABLE_H_

#include "someos/api/event.h"
#include "someos/api/poller.h"

namespace someos {

// `readiness` without the bits that a poller of these capabilities never reports.
inline Readiness Tellable(Readiness readiness, const Capabilities& capabilities) {
  Readiness tellable = Readiness::kReadable | Readiness::kWritable;
  if (capabilities.hangup) tellable |= Readiness::kHangup | Readiness::kError;
  if (capabilities.read_hangup) tellable |= Readiness::kReadHangup;
  if (capabilities.priority) tellable |= Readiness::kPriority;
  if (capabilities.invalid) tellable |= Readiness::kInvalid;
  return readiness & tellable;
}

}  // namespace someos

#endif  // SOMEOS_TESTING_POLLER_TELLABLE_H_
