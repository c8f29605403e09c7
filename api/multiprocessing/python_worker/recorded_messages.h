// What interpreters' pools and their workers have sent each other. For tests of this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_RECORDED_MESSAGES_H_
#define SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_RECORDED_MESSAGES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

struct RecordedMessage {
  std::string version;  // "3.13"
  std::string bytes;
};

// The messages of recorded/messages.txt about `subject`, one of each version that has it. The
// environment variable RECORDED is the file's path.
std::vector<RecordedMessage> Recorded(absl::string_view subject);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PYTHON_WORKER_RECORDED_MESSAGES_H_
