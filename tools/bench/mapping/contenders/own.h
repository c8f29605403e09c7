// This library's mappings, the raw calls, and reading instead of mapping.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_OWN_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_OWN_H_

#include <vector>

#include "someos/tools/bench/case.h"

namespace someos::bench {

std::vector<Contender> OwnMappingContenders();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_OWN_H_
