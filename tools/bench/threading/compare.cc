#include "someos/tools/bench/threading/compare.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

namespace someos {

double Now() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

Choice ParseChoice(int argc, char** argv) {
  Choice choice;
  if (argc > 1) choice.rounds = std::atoi(argv[1]);
  if (argc > 2) choice.title_part = argv[2];
  if (argc > 3) choice.contender = argv[3];
  return choice;
}

void Compare(const Choice& choice, const std::string& title, std::vector<Contender> contenders) {
  if (title.find(choice.title_part) == std::string::npos) return;
  const auto unwanted = [&](const Contender& candidate) {
    return !choice.contender.empty() && candidate.name != choice.contender;
  };
  contenders.erase(std::remove_if(contenders.begin(), contenders.end(), unwanted),
                   contenders.end());
  std::vector<double> best(contenders.size(), std::numeric_limits<double>::infinity());
  for (int round = 0; round < choice.rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      best[i] = std::min(best[i], contenders[i].run());
    }
  }
  for (size_t i = 0; i < contenders.size(); ++i) {
    std::cout << absl::StreamFormat("%-28s %-24s %9.1f ns  %5.2f\n", title, contenders[i].name,
                                    best[i], best[i] / best[0]);
  }
}

}  // namespace someos
