// An atomic variable whose operations are scheduling points.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_ATOMIC_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_ATOMIC_H_

#include <atomic>

#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_stepped/core.h"

namespace someos::thread_stepped {

// As std::atomic<T>, always sequentially consistent: weaker orders are not simulated, and arguments
// that name one are not taken. In a schedule each operation is a point where another thread may
// run; elsewhere it is what std::atomic does.
//
// fetch_add, fetch_sub, ++ and -- are for integers (fetch_add and fetch_sub also for pointers),
// fetch_and, fetch_or and fetch_xor for integers.
//
// Source: cppreference.com, std::atomic.
template <typename T>
class Atomic {
 public:
  constexpr Atomic() noexcept : value_(T()) {}
  constexpr Atomic(T value) noexcept : value_(value) {}  // NOLINT: implicit, as std::atomic's
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  T load() const {
    const Step step("Atomic.load", this);
    return value_.load();
  }
  void store(T value) {
    const Step step("Atomic.store", this);
    value_.store(value);
  }
  T exchange(T value) {
    const Step step("Atomic.exchange", this);
    return value_.exchange(value);
  }
  // Does not fail without a reason, nor does the weak one.
  bool compare_exchange_strong(T& expected, T value) {
    const Step step("Atomic.compare_exchange", this);
    return value_.compare_exchange_strong(expected, value);
  }
  bool compare_exchange_weak(T& expected, T value) {
    return compare_exchange_strong(expected, value);
  }

  template <typename Difference>
  T fetch_add(Difference difference) {
    const Step step("Atomic.fetch_add", this);
    return value_.fetch_add(difference);
  }
  template <typename Difference>
  T fetch_sub(Difference difference) {
    const Step step("Atomic.fetch_sub", this);
    return value_.fetch_sub(difference);
  }
  T fetch_and(T bits) {
    const Step step("Atomic.fetch_and", this);
    return value_.fetch_and(bits);
  }
  T fetch_or(T bits) {
    const Step step("Atomic.fetch_or", this);
    return value_.fetch_or(bits);
  }
  T fetch_xor(T bits) {
    const Step step("Atomic.fetch_xor", this);
    return value_.fetch_xor(bits);
  }

  operator T() const { return load(); }  // NOLINT: implicit, as std::atomic's
  T operator=(T value) {                 // NOLINT: returns the value, as std::atomic's
    store(value);
    return value;
  }
  T operator++() { return static_cast<T>(fetch_add(1) + 1); }
  T operator++(int) { return fetch_add(1); }  // NOLINT: not const, as std::atomic's
  T operator--() { return static_cast<T>(fetch_sub(1) - 1); }
  T operator--(int) { return fetch_sub(1); }  // NOLINT: not const, as std::atomic's
  template <typename Difference>
  T operator+=(Difference difference) {
    return static_cast<T>(fetch_add(difference) + difference);
  }
  template <typename Difference>
  T operator-=(Difference difference) {
    return static_cast<T>(fetch_sub(difference) - difference);
  }

 private:
  class Step {
   public:
    Step(const char* name, const void* object) { Core::Point({name, object}); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    ~Step() { Core::After(); }
  };

  std::atomic<T> value_;
};

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_ATOMIC_H_
