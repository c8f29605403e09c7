// A mapped file of 16 pages is truncated, a byte that is lost is read, the file grows back, and the
// byte is read again. One operation: all of that; for the raw calls without the first read, which
// would end the program.

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RECOVER_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RECOVER_H_

#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "someos/testing/scoped_fd.h"
#include "someos/tools/bench/case.h"
#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/mapping/test_file.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

template <typename C>
class Recover final : public Case {
 public:
  void Run(int64_t rounds) override {
    for (; rounds > 0; --rounds) {
      Require(ftruncate(file_.get(), 0) == 0);
      contender_.ReadLost();
      Require(ftruncate(file_.get(), kSize) == 0);
      contender_.At(0, 1, [](const char* bytes) { Use(static_cast<uint64_t>(*bytes)); });
    }
  }

 private:
  static constexpr size_t kSize = size_t{16} * 4096;

  const ScopedFd file_ = ZeroFile(kSize);
  C contender_{file_.get(), kSize, false};
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_WORKLOADS_RECOVER_H_
