#include "someos/tools/bench/mapping/contenders/own.h"

#include <vector>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/contenders/on_mapping.h"
#include "someos/tools/bench/mapping/contenders/raw.h"
#include "someos/tools/bench/mapping/contenders/read_file.h"
#include "someos/tools/bench/mapping/make_case.h"

namespace someos::bench {

std::vector<Contender> OwnMappingContenders() {
  return {
      MakeMappingContender<RawMmap>("raw"),
      MakeMappingContender<ReadFile>("read"),
      MakeMappingContender<OnMapping<Guarding::kNone>>("someos"),
      MakeMappingContender<OnMapping<Guarding::kAround>>("guarded"),
      MakeMappingContender<OnMapping<Guarding::kPer64>>("guard per 64"),
      MakeMappingContender<OnMapping<Guarding::kNone, false>>("allocating"),
      MakeMappingContender<OnMmap<false>>("Mmap"),
      MakeMappingContender<OnMmap<true>>("guarded Mmap"),
  };
}

}  // namespace someos::bench
