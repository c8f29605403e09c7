// peers: compares every backend, mappings, the raw system calls and the other libraries. See
// README.md.

#include <string>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/own.h"
#include "someos/tools/bench/contenders/peers.h"
#include "someos/tools/bench/mapping/contenders/own.h"
#include "someos/tools/bench/runner.h"

int main(int argc, char** argv) {
  std::vector<someos::bench::Contender> contenders = someos::bench::OwnContenders();
  for (someos::bench::Contender& peer : someos::bench::PeerContenders()) {
    contenders.push_back(peer);
  }
  for (const std::vector<someos::bench::Contender>& mappings :
       {someos::bench::OwnMappingContenders(), someos::bench::PeerMappingContenders()}) {
    contenders.insert(contenders.end(), mappings.begin(), mappings.end());
  }
  return someos::bench::RunBenchmarks(argc, argv, contenders, someos::bench::AbsentPeers());
}
