// What the scenarios of the conformance suite stand on: a lock in shared memory, and processes.

#ifndef SOMEOS_TESTING_LOCK_CONFORMANCE_FIXTURE_H_
#define SOMEOS_TESTING_LOCK_CONFORMANCE_FIXTURE_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"

namespace someos::multiprocessing {

class SharedLockConformanceTest : public testing::TestWithParam<const LockBackend*> {
 protected:
  // What the processes of a scenario share. Zeros.
  struct Shared {
    alignas(kSharedLockAlignment) char payload[kSharedLockPayload];
    std::atomic<uint32_t> stage;
    std::atomic<uint64_t> steps;
    // Changed by two loads and stores each time, so that it is wrong if two owners overlap.
    uint64_t counter;
  };

  SharedLockConformanceTest();
  ~SharedLockConformanceTest() override;

  const LockBackend& backend() const { return *GetParam(); }
  Shared& shared() const { return *shared_; }
  SharedLock& lock() const { return *lock_; }
  SharedLockCapabilities capabilities() const { return lock_->capabilities(); }
  // The same lock by another object, which a test gives up when it ends.
  std::unique_ptr<SharedLock> Attached() const;

  // Waits until another process has set it, or a greater one, which a test calls what it does not
  // expect; then the test has failed, as it has when that takes too long for any machine.
  void AwaitStage(uint32_t stage) const;
  void SetStage(uint32_t stage) const;

 private:
  Shared* shared_;
  std::unique_ptr<SharedLock> lock_;
};

// The suites, each in a file of its own.
class SharedLockDeathTest : public SharedLockConformanceTest {};
class SharedLockExclusionTest : public SharedLockConformanceTest {};
class SharedLockOwnersTest : public SharedLockConformanceTest {};
class SharedLockTimeoutsTest : public SharedLockConformanceTest {};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_TESTING_LOCK_CONFORMANCE_FIXTURE_H_
