#ifndef EXPLORED_COUNTER_H_
#define EXPLORED_COUNTER_H_

#include <mutex>

#include "someos/api/threading.h"

class Counter {
 public:
  // Returns the new number.
  int Add() {
    std::scoped_lock held(lock_);
    return ++number_;
  }

  // The same with a bug: another thread may come between its two critical sections.
  int AddInTwoSteps() {
    Add();
    std::scoped_lock held(lock_);
    return number_;
  }

 private:
  someos::threading::Lock lock_;
  int number_ = 0;
};

#endif  // EXPLORED_COUNTER_H_
