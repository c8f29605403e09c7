// bench: compares every backend with the raw system call. See README.md.

#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/own.h"
#include "someos/tools/bench/runner.h"

int main(int argc, char** argv) {
  const std::vector<someos::bench::Contender> contenders = someos::bench::OwnContenders();
  return someos::bench::RunBenchmarks(argc, argv, contenders, {});
}
