#include "someos/api/guard_list.h"

#include <atomic>

#include "someos/api/guard_state.h"

namespace someos::internal {

std::atomic<GuardList*> GuardList::first_{nullptr};

// Gives back the list of a thread that ends.
struct GuardList::AtThreadEnd {
  ~AtThreadEnd() {
    ended = true;
    own_->used_.store(false, std::memory_order_release);
    own_ = nullptr;
  }
  static thread_local bool ended;
};
thread_local bool GuardList::AtThreadEnd::ended = false;

GuardList::Entry* GuardList::AddNext(const GuardState& state) {
  GuardList* const list = Own();
  if (list == nullptr) return nullptr;
  for (Entry& entry : list->entries_) {
    if (!IsFree(entry)) continue;
    entry.store(&state, std::memory_order_relaxed);
    return &entry;
  }
  return nullptr;
}

GuardList* GuardList::Own() {
  if (own_ != nullptr || AtThreadEnd::ended) return own_;
  own_ = &Claim();
  static thread_local AtThreadEnd at_thread_end;
  static_cast<void>(at_thread_end);
  return own_;
}

GuardList& GuardList::Claim() {
  for (GuardList* list = first_.load(std::memory_order_acquire); list != nullptr;
       list = list->next_) {
    if (list->used_.load(std::memory_order_relaxed)) continue;
    if (!list->used_.exchange(true, std::memory_order_acquire)) return *list;
  }
  auto* const made = new GuardList;
  made->next_ = first_.load(std::memory_order_relaxed);
  while (!first_.compare_exchange_weak(made->next_, made, std::memory_order_acq_rel)) {
  }
  return *made;
}

bool GuardList::Contains(const GuardState& state) {
  for (const GuardList* list = first_.load(std::memory_order_acquire); list != nullptr;
       list = list->next_) {
    for (const Entry& entry : list->entries_) {
      if (entry.load(std::memory_order_acquire) == &state) return true;
    }
  }
  return false;
}

void GuardList::Remove(const GuardState& state) {
  for (GuardList* list = first_.load(std::memory_order_acquire); list != nullptr;
       list = list->next_) {
    for (Entry& entry : list->entries_) {
      const GuardState* expected = &state;
      entry.compare_exchange_strong(expected, nullptr);
    }
  }
}

}  // namespace someos::internal
