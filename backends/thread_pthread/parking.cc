#include "someos/backends/thread_pthread/parking.h"

#include <pthread.h>
#include <time.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/base/no_cancellation.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/errors.h"

namespace someos::thread_pthread {
namespace {

using thread_base::WaitEnd;

// POSIX's functions below fail only if memory for them is lacking, or if this file is wrong.
void Must(int error, const char* function) {
  if (error == 0) return;
  thread_base::EndProgram({function, nullptr}, ErrnoStatus(error, "make a wait"));
}

// A thread that waits, on its stack.
struct Waiter {
  const void* word;
  Waiter* next = nullptr;
  bool woken = false;
};

// Those that wait for words of some addresses, first come first. One condition is for all of them:
// it is made beforehand, so that no wait can lack it.
class Queue {
 public:
  Queue() {
    Must(pthread_mutex_init(&mutex_, nullptr), "pthread_mutex_init");
    MakeCondition();
  }

  void Lock() { Must(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void Unlock() { Must(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

  // Locked.
  WaitEnd Wait(const void* word, base::Deadline& deadline) {
    Waiter waiter = {word};
    Append(waiter);
    while (!waiter.woken) {
      if (!deadline.infinite() && deadline.Passed()) break;
      WaitOnce(deadline);
    }
    if (waiter.woken) return WaitEnd::kWoken;
    Remove(waiter);
    return WaitEnd::kTimedOut;
  }

  // Locked.
  void Wake(const void* word, int count) {
    bool any = false;
    for (Waiter** place = &first_; *place != nullptr && count > 0;) {
      Waiter& waiter = **place;
      if (waiter.word != word) {
        place = &waiter.next;
        continue;
      }
      *place = waiter.next;
      waiter.woken = true;
      any = true;
      --count;
    }
    if (any) pthread_cond_broadcast(&condition_);
  }

 private:
  void Append(Waiter& waiter) {
    Waiter** place = &first_;
    while (*place != nullptr) place = &(*place)->next;
    *place = &waiter;
  }

  void Remove(const Waiter& waiter) {
    Waiter** place = &first_;
    while (*place != &waiter) place = &(*place)->next;
    *place = waiter.next;
  }

#ifdef __APPLE__
  void MakeCondition() { Must(pthread_cond_init(&condition_, nullptr), "pthread_cond_init"); }

  // macOS's conditions have the wall clock, or a timeout.
  void WaitOnce(const base::Deadline& deadline) {
    if (deadline.infinite()) {
      pthread_cond_wait(&condition_, &mutex_);
    } else {
      const timespec timeout = deadline.AsTimespec();
      pthread_cond_timedwait_relative_np(&condition_, &mutex_, &timeout);
    }
  }
#else
  void MakeCondition() {
    pthread_condattr_t attributes;
    Must(pthread_condattr_init(&attributes), "pthread_condattr_init");
    Must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    Must(pthread_cond_init(&condition_, &attributes), "pthread_cond_init");
    pthread_condattr_destroy(&attributes);
  }

  void WaitOnce(const base::Deadline& deadline) {
    if (deadline.infinite()) {
      pthread_cond_wait(&condition_, &mutex_);
    } else {
      const timespec end = deadline.AsPointInTime();
      pthread_cond_timedwait(&condition_, &mutex_, &end);
    }
  }
#endif

  pthread_mutex_t mutex_;
  pthread_cond_t condition_;
  Waiter* first_ = nullptr;
};

class Table {
 public:
  Table() { Must(pthread_atfork(nullptr, nullptr, MakeAllAnew), "pthread_atfork"); }

  Queue& For(const void* word) {
    // Words lie four bytes apart at least, and often in objects of the same size.
    const auto number = reinterpret_cast<uintptr_t>(word) / alignof(uint32_t);
    return queues_[(number ^ number / kQueues ^ number / kQueues / kQueues) % kQueues];
  }

  static Table& Get() {
    static Table& table = *new Table();
    return table;
  }

 private:
  static constexpr size_t kQueues = 128;

  // In a forked child, which has none of the threads that wait, or that have locked a queue. Nobody
  // locks the queues for a fork: that would come before the handlers of a lock that a thread may
  // hold while it wakes another, and so could deadlock.
  static void MakeAllAnew() {
    for (Queue& queue : Get().queues_) new (&queue) Queue();
  }

  std::array<Queue, kQueues> queues_;
};

}  // namespace

// Whoever changes the word wakes afterwards, and locks the queue to do so: either the word is seen
// to have changed here, or the waiter is seen there.
WaitEnd Parking::Wait(std::atomic<uint32_t>& word, uint32_t expected, base::Deadline& deadline) {
  if (deadline.immediate()) return WaitEnd::kTimedOut;
  const base::NoCancellation no_cancellation;
  Queue& queue = Table::Get().For(&word);
  queue.Lock();
  const WaitEnd end = word.load(std::memory_order_relaxed) == expected ? queue.Wait(&word, deadline)
                                                                       : WaitEnd::kWoken;
  queue.Unlock();
  return end;
}

void Parking::Wake(std::atomic<uint32_t>& word, int count) {
  Queue& queue = Table::Get().For(&word);
  queue.Lock();
  queue.Wake(&word, count);
  queue.Unlock();
}

}  // namespace someos::thread_pthread
