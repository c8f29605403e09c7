// The pipes that the large transfers of a relay go through.

#ifndef SOMEOS_TOOLS_RELAY_PIPE_POOL_H_
#define SOMEOS_TOOLS_RELAY_PIPE_POOL_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "someos/backends/transfer_splice/splice_pipe.h"

namespace someos::relay {

// A pipe is borrowed for one transfer, and kept for longer only while the sink has not taken all.
// So one pipe serves as many connections as keep up. However many do not, the pool lends no more
// than kMostLent, each of two descriptors: the others have their data copied.
//
// For one thread.
class PipePool {
 public:
  static constexpr size_t kMostLent = 64;

  struct Return {
    PipePool* pool;
    void operator()(SplicePipe* pipe) const { pool->TakeBack(std::unique_ptr<SplicePipe>(pipe)); }
  };
  // Goes back to the pool by itself, which must outlive it. Data in it is lost then.
  using Pipe = std::unique_ptr<SplicePipe, Return>;

  // Pipes with room for about `bytes`.
  explicit PipePool(size_t bytes) : bytes_(bytes) {}
  PipePool(const PipePool&) = delete;
  PipePool& operator=(const PipePool&) = delete;

  // An empty pipe; null if there is none: the system has no splice(2) or is out of descriptors, or
  // kMostLent are lent.
  Pipe Borrow();

  // How many bytes one transfer may move.
  size_t bytes() const { return bytes_; }

  // The system does not let this process splice: Borrow() gives no more.
  void GiveUp() { gave_up_ = true; }

 private:
  void TakeBack(std::unique_ptr<SplicePipe> pipe);

  const size_t bytes_;
  bool gave_up_ = false;
  size_t lent_ = 0;
  std::vector<std::unique_ptr<SplicePipe>> idle_;
};

}  // namespace someos::relay

#endif  // SOMEOS_TOOLS_RELAY_PIPE_POOL_H_
