// peers: compares every backend, the raw system calls and the other event libraries. See README.md.

#include <string>
#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/contenders/own.h"
#include "someos/tools/bench/contenders/peers.h"
#include "someos/tools/bench/runner.h"

int main(int argc, char** argv) {
  std::vector<someos::bench::Contender> contenders = someos::bench::OwnContenders();
  for (someos::bench::Contender& peer : someos::bench::PeerContenders()) {
    contenders.push_back(peer);
  }
  return someos::bench::RunBenchmarks(argc, argv, contenders, someos::bench::AbsentPeers());
}
