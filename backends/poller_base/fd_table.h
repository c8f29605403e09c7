// A dense table indexed by descriptor, which can be read without a lock while it grows.

#ifndef SOMEOS_BACKENDS_POLLER_BASE_FD_TABLE_H_
#define SOMEOS_BACKENDS_POLLER_BASE_FD_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace someos::poller_base {

// Maps descriptor numbers to entries that are created on demand and never move. As in the kernel's
// own table, an index is faster than a hash, because descriptors are small and dense.
//
// One thread at a time may call At(); any thread may call Find() at the same time. Access to the
// contents of an entry must be synchronized by the users (Entry's fields are atomics, or a lock is
// held).
template <typename Entry>
class FdTable {
  static constexpr size_t kChunkEntries = 256;
  using Chunk = std::array<Entry, kChunkEntries>;

 public:
  FdTable() = default;
  FdTable(const FdTable&) = delete;
  FdTable& operator=(const FdTable&) = delete;

  // The entry of `fd` >= 0, created with default values if it does not exist.
  Entry& At(int fd) {
    const size_t index = static_cast<size_t>(fd) / kChunkEntries;
    if (index >= size_.load(std::memory_order_relaxed)) Grow(index);
    std::atomic<Chunk*>& slot = directory_.load(std::memory_order_relaxed)[index];
    Chunk* chunk = slot.load(std::memory_order_relaxed);
    if (chunk == nullptr) {
      chunks_.push_back(std::make_unique<Chunk>());
      chunk = chunks_.back().get();
      slot.store(chunk, std::memory_order_release);
    }
    return (*chunk)[static_cast<size_t>(fd) % kChunkEntries];
  }

  // The entry of `fd` >= 0, or null if it does not exist.
  Entry* Find(int fd) const {
    const size_t index = static_cast<size_t>(fd) / kChunkEntries;
    if (index >= size_.load(std::memory_order_acquire)) return nullptr;
    // Acquire for both: this may be a later directory than the one that was published with the
    // size, and then only the directory's own release store guarantees that its contents are
    // visible.
    Chunk* chunk =
        directory_.load(std::memory_order_acquire)[index].load(std::memory_order_acquire);
    return chunk == nullptr ? nullptr : &(*chunk)[static_cast<size_t>(fd) % kChunkEntries];
  }

  // For reading many entries: those that exist now. Entries that another thread's At() adds later
  // may be missing.
  class View {
   public:
    // The entry of `fd`, which must exist.
    Entry& operator[](int fd) const {
      const size_t index = static_cast<unsigned>(fd);
      Chunk* chunk = chunks_[index / kChunkEntries].load(std::memory_order_acquire);
      return (*chunk)[index % kChunkEntries];
    }

   private:
    friend class FdTable;
    explicit View(const std::atomic<Chunk*>* chunks) : chunks_(chunks) {}

    const std::atomic<Chunk*>* chunks_;
  };

  // Not of an empty table.
  View view() const { return View(directory_.load(std::memory_order_acquire)); }

  // Calls visit(fd, entry) for every existing entry, in the order of the descriptors.
  template <typename Visitor>
  void ForEach(Visitor visit) const {
    const size_t size = size_.load(std::memory_order_acquire);
    const std::atomic<Chunk*>* directory = directory_.load(std::memory_order_acquire);
    for (size_t index = 0; index < size; ++index) {
      Chunk* chunk = directory[index].load(std::memory_order_acquire);
      if (chunk == nullptr) continue;
      for (size_t i = 0; i < kChunkEntries; ++i) {
        visit(static_cast<int>(index * kChunkEntries + i), (*chunk)[i]);
      }
    }
  }

 private:
  // Publishes a directory that has room for `index`. The earlier ones stay alive, because a reader
  // may still be using them. Each is at least twice as large as the one before it, so together they
  // are smaller than the last one.
  void Grow(size_t index) {
    const size_t old_size = size_.load(std::memory_order_relaxed);
    const std::atomic<Chunk*>* old = directory_.load(std::memory_order_relaxed);
    size_t size = old_size == 0 ? 4 : old_size * 2;
    while (size <= index) size *= 2;
    directories_.push_back(std::make_unique<std::atomic<Chunk*>[]>(size));
    std::atomic<Chunk*>* const grown = directories_.back().get();
    for (size_t i = 0; i < old_size; ++i) {
      grown[i].store(old[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    directory_.store(grown, std::memory_order_release);
    // After the directory: a reader that sees this size sees this directory or a larger one.
    size_.store(size, std::memory_order_release);
  }

  std::atomic<size_t> size_{0};  // of the directory
  std::atomic<std::atomic<Chunk*>*> directory_{nullptr};
  std::vector<std::unique_ptr<std::atomic<Chunk*>[]>> directories_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace someos::poller_base

#endif  // SOMEOS_BACKENDS_POLLER_BASE_FD_TABLE_H_
