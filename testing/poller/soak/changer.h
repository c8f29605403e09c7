// A thread that changes registrations, wakes and makes descriptors ready while another one waits.

#ifndef SOMEOS_TESTING_POLLER_SOAK_CHANGER_H_
#define SOMEOS_TESTING_POLLER_SOAK_CHANGER_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <random>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/poller/soak/event_data.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/scoped_fd.h"

namespace someos::soak {

// Goes through rounds of one pipe each: registers the reading end, "pokes" (writes a byte), which
// must give exactly one event with the data of the registration, for the waiting thread reads the
// byte; changes, pauses, re-arms, unregisters, and closes with and without Unregister, so that the
// next pipe has the same numbers.
class Changer {
 public:
  Changer(Shared* shared, uint8_t part, uint64_t seed);

  // The thread: rounds until `stop`.
  void Run(const std::atomic<bool>& stop);

  // For the waiting thread: an event of this changer's, which the Wait of this number returned.
  void OnEvent(const Event& event, uint64_t wait);

 private:
  // A registration that is no longer: events of it may come from the Wait that was running.
  struct Retired {
    uint64_t data;
    uint64_t last_wait;
  };

  struct Pipe {
    ScopedFd reader;
    ScopedFd writer;
  };

  void Round();
  void PokeAFewTimes();
  void PauseAndGoOn();
  void WakeAndSee();
  // Calls Wake, and expects that some Wait finds it.
  void ExpectWakeSeen();
  // Closes the pipe before its registration goes, and has another one take its number.
  void CloseBehind();

  // These need the gate.
  bool OpenPipe();
  void ClosePipe();
  bool Register();
  void Unregister();

  bool Modify(Interest interest);
  void Poke();
  // Waits until every poke of the present pipe has been seen.
  bool AwaitSeen();

  // New data, which events are expected to have from now on. Those of the data before are late,
  // and allowed until SettleRetired().
  uint64_t ExpectNew();
  void ExpectNone();
  // Says that the change of the registration has been made: no Wait that begins now may return
  // events of the data before.
  void SettleRetired();
  void Retire() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  uint64_t NewData() { return EventData(Owner::kChanger, part_, ++serial_); }
  bool Succeeded(absl::string_view call, const absl::Status& status);
  bool OneIn(uint64_t n) { return random_() % n == 0; }

  Shared& shared_;
  const uint8_t part_;
  std::mt19937_64 random_;
  uint64_t serial_ = 0;
  Pipe pipe_;
  Trigger trigger_ = Trigger::kLevel;
  bool given_up_ = false;  // something is lost; the rest of the round makes no sense

  absl::Mutex mutex_;
  int fd_ ABSL_GUARDED_BY(mutex_) = -1;
  uint64_t data_ ABSL_GUARDED_BY(mutex_) = 0;   // 0: no event is expected
  uint64_t poked_ ABSL_GUARDED_BY(mutex_) = 0;  // bytes that the present pipe got
  uint64_t seen_ ABSL_GUARDED_BY(mutex_) = 0;   // of them
  std::deque<Retired> retired_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_CHANGER_H_
