// Backends with a bug each, for the proof that the differential test finds it.

#ifndef SOMEOS_TESTING_POLLER_DIFFERENTIAL_PLANTED_BUGS_H_
#define SOMEOS_TESTING_POLLER_DIFFERENTIAL_PLANTED_BUGS_H_

#include "someos/api/backend.h"

namespace someos::differential {

// poll(2), which every system has, and which
const Backend& DropsHangups();        // reports no hangup that comes with something else
const Backend& ForgetsOneShots();     // reports a one-shot over and over
const Backend& ReportsStaleEvents();  // once reports a descriptor after it was unregistered
const Backend& LosesWakes();          // loses a wake that was called twice
const Backend& AnswersEnoent();       // calls a closed descriptor unregistered

}  // namespace someos::differential

#endif  // SOMEOS_TESTING_POLLER_DIFFERENTIAL_PLANTED_BUGS_H_
