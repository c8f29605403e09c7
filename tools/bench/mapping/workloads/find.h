// A search for a needle that does not occur, from the start or from the end. One operation: 4,096
// bytes.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_FIND_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_FIND_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/mapping/test_file.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

template <typename C, bool kFromTheEnd>
class Find final : public Case {
 public:
  explicit Find(const Parameters& parameters)
      : size_(parameters.bytes),
        needle_(AbsentNeedle(parameters.needle)),
        contender_(TextFile(size_), size_, false) {}

  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      Require(!(kFromTheEnd ? contender_.Rfind(needle_) : contender_.Find(needle_)));
    }
  }
  int64_t operations_per_round() const override { return static_cast<int64_t>(size_ / 4096); }

 private:
  const size_t size_;
  const std::string needle_;
  C contender_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_FIND_H_
