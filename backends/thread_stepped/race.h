// What ThreadSanitizer reports while a schedule runs.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_RACE_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_RACE_H_

namespace someos::thread_stepped {

// Whether the sanitizer has reported something in the calling thread since the last call. It
// reports each race only once in a process. Without the sanitizer always false.
bool TakeRaceReport();

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_RACE_H_
