#include "someos/api/multiprocessing/pickle/recorded_pickles.h"

#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

std::vector<RecordedPickle> ReadRecorded(const std::string& path) {
  std::vector<RecordedPickle> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line[0] == '#') continue;
    const std::vector<std::string> fields = absl::StrSplit(line, '\t');
    all.push_back({fields[0], BytesOfHex(fields[1]), fields[2]});
  }
  return all;
}

std::string BytesOfHex(absl::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    unsigned byte = 0;
    if (!absl::SimpleHexAtoi(hex.substr(i, 2), &byte)) return "";
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace someos::multiprocessing
