// bench: compares every backend, and mappings, with the raw system call. See README.md.

#include <utility>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/own.h"
#include "someos/tools/bench/mapping/contenders/own.h"
#include "someos/tools/bench/runner.h"

int main(int argc, char** argv) {
  std::vector<someos::bench::Contender> contenders = someos::bench::OwnContenders();
  for (someos::bench::Contender& mapping : someos::bench::OwnMappingContenders()) {
    contenders.push_back(std::move(mapping));
  }
  return someos::bench::RunBenchmarks(argc, argv, contenders, {});
}
