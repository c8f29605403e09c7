// read(2) into memory, 128 KiB at a time, and pread(2).

#ifndef SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_READ_FILE_H_
#define SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_READ_FILE_H_

#include <sys/types.h>
#include <unistd.h>

#include <cstddef>
#include <vector>

#include "someos/tools/bench/mapping/contender.h"
#include "someos/tools/bench/workloads/contender.h"

namespace someos::bench {

class ReadFile {
 public:
  static constexpr bool kReads = true;
  static constexpr bool kFinds = false;
  static constexpr bool kResizes = false;
  static constexpr bool kRecovers = false;

  ReadFile(int fd, size_t, bool) : fd_(fd), buffer_(size_t{128} << 10) {}

  template <typename Body>
  void ForAll(Body body) {
    Require(lseek(fd_, 0, SEEK_SET) == 0);
    while (const ssize_t size = read(fd_, buffer_.data(), buffer_.size())) {
      Require(size > 0);
      body(buffer_.data(), static_cast<size_t>(size));
    }
  }
  template <typename Body>
  void At(size_t offset, size_t size, Body body) {
    const ssize_t count = pread(fd_, buffer_.data(), size, static_cast<off_t>(offset));
    Require(count == static_cast<ssize_t>(size));
    body(buffer_.data());
  }

 private:
  const int fd_;
  std::vector<char> buffer_;
};

}  // namespace someos::bench

#endif  // SOMEOS_TOOLS_BENCH_MAPPING_CONTENDERS_READ_FILE_H_
