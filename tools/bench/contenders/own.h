// Every backend of this library, and the raw system call of each.

#ifndef SOMEOS_TOOLS_BENCH_CONTENDERS_OWN_H_
#define SOMEOS_TOOLS_BENCH_CONTENDERS_OWN_H_

#include <vector>

#include "someos/tools/bench/case.h"

namespace someos::bench {

// The raw system calls are named "raw", the others "someos".
std::vector<Contender> OwnContenders();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_CONTENDERS_OWN_H_
