// Backends with a bug each, for the proof that a soak finds it.

#ifndef SOMEOS_TESTING_POLLER_SOAK_PLANTED_BUGS_H_
#define SOMEOS_TESTING_POLLER_SOAK_PLANTED_BUGS_H_

#include "someos/api/backend.h"

namespace someos::soak {

// poll(2), which every system has, and which now and then
const Backend& DropsWakes();          // forgets a Wake
const Backend& DropsChanges();        // forgets a Modify
const Backend& LosesEvents();         // forgets an event
const Backend& ReportsStaleEvents();  // reports what is registered no more
const Backend& ReportsForNothing();   // reports as readable what is not
const Backend& TimesOutEarly();       // ends a wait before its time
const Backend& ReturnsOnSignals();    // returns EINTR
const Backend& LeaksDescriptors();    // keeps a descriptor open for each that is registered
const Backend& Spins();               // uses the processor while it waits

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_PLANTED_BUGS_H_
