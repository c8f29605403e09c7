// The other libraries that are installed.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_PEERS_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_PEERS_H_

#include <string>
#include <vector>

#include "someos/tools/bench/case.h"

namespace someos::bench {

std::vector<Contender> PeerContenders();
std::vector<Contender> PeerMappingContenders();

// Each is defined only if the library is installed.
std::vector<Contender> LibeventContenders();
std::vector<Contender> LibevContenders();
std::vector<Contender> LibuvContenders();
std::vector<Contender> AsioContenders();

// A sentence for each library that was not found when this was built.
std::vector<std::string> AbsentPeers();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_PEERS_H_
