#include "someos/api/multiprocessing/python_worker/recorded_messages.h"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/pickle/recorded_pickles.h"

namespace someos::multiprocessing::internal {

std::vector<RecordedMessage> Recorded(absl::string_view subject) {
  std::ifstream file(std::getenv("RECORDED"));
  std::vector<RecordedMessage> messages;
  std::string version;
  std::string of;
  std::string hex;
  while (file >> version >> of >> hex) {
    if (of == subject) messages.push_back({version, BytesOfHex(hex)});
  }
  return messages;
}

}  // namespace someos::multiprocessing::internal
