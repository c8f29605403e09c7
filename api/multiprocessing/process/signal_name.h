// The names of signals. Private to this layer.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_SIGNAL_NAME_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_SIGNAL_NAME_H_

#include <string>

namespace someos::multiprocessing::internal {

// "SIGTERM"; the number of a signal that has none here.
std::string SignalName(int signal);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_SIGNAL_NAME_H_
