// Drives the same scenarios through every backend of this system and prints, side by side, what
// each reports and, in parentheses, what its mechanism said. Fails where the contract of
// someos/api/poller.h is broken, or where the page differs from the one given as an argument.

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/behaviour/table.h"

int main(int argc, char** argv) {
  const someos::behaviour::Table table = someos::behaviour::RunScenarios(someos::AllBackends());
  std::cout << table.page;
  for (const std::string& violation : table.violations) {
    std::cerr << "broken contract: " << violation << "\n";
  }
  bool as_documented = true;
  if (argc > 1) {
    std::stringstream documented;
    documented << std::ifstream(argv[1]).rdbuf();
    as_documented = documented.str().find(table.page) != std::string::npos;
    if (!as_documented) {
      std::cerr << argv[1] << " says otherwise; bring it up to date with what is printed here\n";
    }
  }
  return table.violations.empty() && as_documented ? 0 : 1;
}
