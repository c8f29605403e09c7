#include "someos/api/multiprocessing/value/node_blocks.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "absl/base/config.h"

namespace someos::multiprocessing::internal {
namespace {

// The sanitizer finds what touches a piece behind its end or after it was freed.
#ifdef ABSL_HAVE_ADDRESS_SANITIZER
constexpr bool kAlwaysAlone = true;
#else
constexpr bool kAlwaysAlone = false;
#endif

// Blocks that are free: to give them back to the system and to get them anew, page by page, would
// take as long as to fill them. Without a lock, which a forked child might find locked.
constexpr size_t kMaxFree = 64;  // a megabyte
std::atomic<void*> free_blocks[kMaxFree];
std::atomic<size_t> free_hint{0};  // how many there are, more or less

void* TakeFreeBlock() {
  for (size_t i = std::min(free_hint.load(std::memory_order_relaxed), kMaxFree); i-- > 0;) {
    void* block = free_blocks[i].exchange(nullptr, std::memory_order_acquire);
    free_hint.store(i, std::memory_order_relaxed);
    if (block != nullptr) return block;
  }
  return nullptr;
}

bool KeepFreeBlock(void* block) {
  for (size_t i = free_hint.load(std::memory_order_relaxed); i < kMaxFree; ++i) {
    void* none = nullptr;
    if (!free_blocks[i].compare_exchange_strong(none, block, std::memory_order_release,
                                                std::memory_order_relaxed)) {
      continue;
    }
    free_hint.store(i + 1, std::memory_order_relaxed);
    return true;
  }
  return false;
}

}  // namespace

size_t NodeBlocks::BlockBytes(size_t expected) {
  return std::clamp(expected, kSmallestBlock, kBlockBytes);
}

NodeBlocks::Piece NodeBlocks::Allocate(size_t size) {
  if (kAlwaysAlone || size > kLargestPiece) return AllocateAlone(size);
  size = (size + kUnit - 1) / kUnit * kUnit;
  if (static_cast<size_t>(end_ - next_) < size) Begin(size);
  char* memory = next_;
  next_ += size;
  ++given_;
  return {memory, static_cast<uint16_t>((memory - reinterpret_cast<char*>(block_)) / kUnit)};
}

void NodeBlocks::Begin(size_t piece) {
  Retire();
  const size_t bytes = std::max(next_bytes_, kUnit + piece);
  void* memory = bytes == kBlockBytes ? TakeFreeBlock() : nullptr;
  if (memory == nullptr) memory = ::operator new(bytes);
  block_ = new (memory) Block{{kGivingOut}, bytes == kBlockBytes};
  next_ = static_cast<char*>(memory) + kUnit;
  end_ = static_cast<char*>(memory) + bytes;
  // Values whose size was guessed too low, or is unknown, go on with larger blocks. So at most as
  // much as a value takes is left free with it.
  next_bytes_ = std::min(2 * bytes, kBlockBytes);
}

void NodeBlocks::Retire() {
  if (block_ == nullptr) return;
  Release(block_, kGivingOut - given_);
  block_ = nullptr;
  given_ = 0;
}

void NodeBlocks::FreeBlock(Block* block) {
  const bool keep = block->is_whole;
  block->~Block();
  if (!keep || !KeepFreeBlock(block)) ::operator delete(block);
}

}  // namespace someos::multiprocessing::internal
