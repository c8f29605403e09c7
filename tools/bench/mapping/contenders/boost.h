// Boost.Interprocess, if it is installed.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_BOOST_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_BOOST_H_

#include "someos/tools/bench/case.h"

namespace someos::bench {

// Defined only if it was found when this was built.
Contender BoostContender();

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_BOOST_H_
