// pickle [FILE...]: prints what pickles contain and which globals they name, without executing
// anything. Without a file, reads standard input.

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "someos/tools/pickle/report.h"

namespace {

// False if something could not be shown.
bool Print(std::istream& input, const std::string& name) {
  const std::string bytes((std::istreambuf_iterator<char>(input)),
                          std::istreambuf_iterator<char>());
  if (input.bad() || (!input && !input.eof())) {
    std::cerr << "pickle: cannot read " << name << "\n";
    return false;
  }
  const someos::pickle_tool::Report report = someos::pickle_tool::ReportOn(bytes);
  std::cout << report.text << std::flush;
  if (report.error.empty()) return true;
  std::cerr << "pickle: " << name << ": " << report.error << "\n";
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return Print(std::cin, "standard input") ? 0 : 1;
  bool shown = true;
  for (int i = 1; i < argc; ++i) {
    std::ifstream file(argv[i], std::ios::binary);
    if (!file) {
      std::cerr << "pickle: cannot open " << argv[i] << "\n";
      shown = false;
      continue;
    }
    shown = Print(file, argv[i]) && shown;
  }
  return shown ? 0 : 1;
}
