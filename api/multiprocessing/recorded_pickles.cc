#include "someos/api/multiprocessing/recorded_pickles.h"

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "someos/testing/shell_command.h"

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

std::vector<std::string> Pythons() {
  const char* named = std::getenv("SOMEOS_PYTHONS");
  std::vector<std::string> candidates =
      absl::StrSplit(named != nullptr ? named : "python2.7,python3", ',', absl::SkipEmpty());
  std::vector<std::string> found;
  for (const std::string& candidate : candidates) {
    if (std::system(absl::StrCat(candidate, " -c 0 2>/dev/null").c_str()) == 0) {
      found.push_back(candidate);
    }
  }
  return found;
}

std::string PythonPrints(absl::string_view python, absl::string_view arguments) {
  const CommandResult printed = RunShellCommand(
      absl::StrCat("PYTHONIOENCODING=utf-8 PYTHONHASHSEED=0 ", python, " ", arguments, " 2>&1"));
  return printed.exit_status == 0 ? printed.output : absl::StrCat("failed: ", printed.output);
}

}  // namespace someos::multiprocessing
