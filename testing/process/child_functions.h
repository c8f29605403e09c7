// The functions that children of the tests run.

#ifndef SOMEOS_TESTING_PROCESS_CHILD_FUNCTIONS_H_
#define SOMEOS_TESTING_PROCESS_CHILD_FUNCTIONS_H_

namespace someos::multiprocessing {

// Registers them by their names. Those that say something write it to their first descriptor.
void RegisterFunctions();

}  // namespace someos::multiprocessing

#endif  // SOMEOS_TESTING_PROCESS_CHILD_FUNCTIONS_H_
