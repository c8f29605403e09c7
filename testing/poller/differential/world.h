// The real descriptors of a differential test.

#ifndef SOMEOS_TESTING_POLLER_DIFFERENTIAL_WORLD_H_
#define SOMEOS_TESTING_POLLER_DIFFERENTIAL_WORLD_H_

#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/signals.h"

namespace someos::differential {

// Pipes and unix sockets under fixed numbers, so that what is closed and opened again has the very
// number that it had. One at a time.
class World {
 public:
  // Aborts if a slot's number is in use.
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  // Closes all slots.
  ~World();

  // The number of a slot: above what a poller opens for itself, below what select(2) holds and
  // what systems let a process have.
  static constexpr int NumberOf(int slot) { return 200 + slot; }
  // The slot of a number, or -1.
  static constexpr int SlotOf(int number) {
    return number >= NumberOf(0) && number < NumberOf(kSlots) ? number - NumberOf(0) : -1;
  }

  // Carries out an operation on descriptors. That a stream is broken, full or empty is no error.
  void Do(const Operation& operation);

 private:
  ScopedSignalHandler broken_pipes_are_errors_;
};

}  // namespace someos::differential

#endif  // SOMEOS_TESTING_POLLER_DIFFERENTIAL_WORLD_H_
