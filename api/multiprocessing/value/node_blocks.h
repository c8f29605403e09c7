// Memory for the nodes of one value. Private to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_VALUE_NODE_BLOCKS_H_
#define SOMEOS_API_MULTIPROCESSING_VALUE_NODE_BLOCKS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace someos::multiprocessing::internal {

// Gives out pieces of blocks, one behind the other. A block is freed with the last of its pieces,
// from whichever thread, so that a part of a value that outlives the rest keeps a block at most.
//
// A hot path: a pickle is many small nodes, which malloc would take most of the time for.
class NodeBlocks {
 public:
  static constexpr size_t kBlockBytes = 16384;
  static constexpr size_t kLargestPiece = kBlockBytes / 16;

  // For a value whose nodes take about `expected` bytes: a small one gets a small block. 0:
  // unknown.
  explicit NodeBlocks(size_t expected) : next_bytes_(BlockBytes(expected)) {}
  NodeBlocks(const NodeBlocks&) = delete;
  NodeBlocks& operator=(const NodeBlocks&) = delete;
  ~NodeBlocks() { Retire(); }

  // A piece of memory, and what Free needs to know besides.
  struct Piece {
    void* memory;
    uint16_t distance;
  };
  Piece Allocate(size_t size);

  // A piece of its own, of any size.
  static Piece AllocateAlone(size_t size) { return {::operator new(size), 0}; }

 private:
  struct Block {
    std::atomic<uint32_t> pieces;  // that have not been freed; kGivingOut more while it is in use
    const bool is_whole;           // of kBlockBytes
  };

 public:
  // Frees pieces, from any thread: those of one block that follow each other with one atomic
  // operation, at its end at the latest.
  class Freeing {
   public:
    Freeing() = default;
    Freeing(const Freeing&) = delete;
    Freeing& operator=(const Freeing&) = delete;
    ~Freeing() { Flush(); }

    void Free(void* memory, uint16_t distance) {
      if (distance == 0) {
        ::operator delete(memory);
        return;
      }
      auto* block = reinterpret_cast<Block*>(static_cast<char*>(memory) - kUnit * distance);
      if (block != block_) Flush();
      block_ = block;
      ++pieces_;
    }

   private:
    void Flush() {
      if (block_ != nullptr) Release(block_, pieces_);
      pieces_ = 0;
    }

    Block* block_ = nullptr;
    uint32_t pieces_ = 0;
  };

 private:
  static constexpr size_t kUnit = 16;  // of distances: of a piece to the start of its block
  static constexpr size_t kSmallestBlock = 512;
  static constexpr uint32_t kGivingOut = uint32_t{1} << 31;

  static size_t BlockBytes(size_t expected);
  static void Release(Block* block, uint32_t pieces) {
    if (block->pieces.fetch_sub(pieces, std::memory_order_acq_rel) == pieces) FreeBlock(block);
  }
  static void FreeBlock(Block* block);

  void Retire();
  void Begin(size_t piece);

  size_t next_bytes_;
  Block* block_ = nullptr;
  char* next_ = nullptr;
  char* end_ = nullptr;
  uint32_t given_ = 0;  // pieces of block_
};

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_VALUE_NODE_BLOCKS_H_
