#include "someos/backends/mapping_base/guard_table.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace someos::mapping_base {
namespace {

// A part of the table. They form a list, at whose end new ones are put.
struct Block {
  std::array<GuardEntry, 64> entries;
  std::atomic<Block*> next{nullptr};
};

// The first part is in the program itself: most programs need no other.
Block g_first;

// The part after `block`, which is made if there is none. It is never freed.
Block& Next(Block& block) {
  Block* next = block.next.load(std::memory_order_acquire);
  if (next != nullptr) return *next;
  auto* const made = new Block;
  if (block.next.compare_exchange_strong(next, made)) return *made;
  delete made;  // another thread was faster
  return *next;
}

}  // namespace

void GuardEntry::SetRange(const Range& range) {
  const uint32_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1);
  begin_.store(range.begin);
  end_.store(range.end);
  protection_.store(range.protection);
  version_.store(version + 2);
}

GuardEntry::Range GuardEntry::range() const {
  const uint32_t before = version_.load();
  const Range range = {begin_.load(), end_.load(), protection_.load()};
  return before % 2 == 0 && version_.load() == before ? range : Range();
}

void GuardEntry::AddZeros(uintptr_t address) {
  uintptr_t before = zeros_.load();
  while (address < before && !zeros_.compare_exchange_weak(before, address)) {
  }
}

GuardEntry& GuardTable::Claim() {
  for (Block* block = &g_first;; block = &Next(*block)) {
    for (GuardEntry& entry : block->entries) {
      if (entry.used_.load(std::memory_order_relaxed) || entry.used_.exchange(true)) continue;
      entry.state_.Reset();
      entry.TakeZeros();
      entry.ClearRepeatedFaults();
      return entry;
    }
  }
}

void GuardTable::Release(GuardEntry& entry) {
  entry.SetRange({});
  entry.used_.store(false, std::memory_order_release);
}

GuardEntry* GuardTable::Find(uintptr_t address) {
  for (Block* block = &g_first; block != nullptr;
       block = block->next.load(std::memory_order_acquire)) {
    for (GuardEntry& entry : block->entries) {
      if (entry.range().Contains(address)) return &entry;
    }
  }
  return nullptr;
}

}  // namespace someos::mapping_base
