// A file of 1 MiB and its mapping become longer by a page, which is a hole, and shorter again. One
// operation: one of both.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RESIZE_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RESIZE_H_

#include <cstddef>
#include <cstdint>

#include "someos/testing/scoped_fd.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/test_file.h"

namespace someos::bench {

template <typename C>
class Resize final : public Case {
 public:
  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      contender_.Resize(kSize + 4096);
      contender_.Resize(kSize);
    }
  }
  int64_t operations_per_round() const override { return 2; }

 private:
  static constexpr size_t kSize = size_t{1} << 20;

  const ScopedFd file_ = ZeroFile(kSize);
  C contender_{file_.get(), kSize, true};
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RESIZE_H_
