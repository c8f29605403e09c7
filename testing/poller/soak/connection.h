// A connection of a soak, both ends of which the same poller watches.

#ifndef SOMEOS_TESTING_POLLER_SOAK_CONNECTION_H_
#define SOMEOS_TESTING_POLLER_SOAK_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/poller/soak/stream_bytes.h"
#include "someos/testing/scoped_fd.h"

namespace someos::soak {

// Two ends, each of which writes what it is told to and reads what comes. Every byte is compared
// with what was written, every event with what was asked for. For the waiting thread, with the
// gate held.
class Connection {
 public:
  struct End {
    ScopedFd socket;
    uint64_t data = 0;       // of its registration; 0: not registered
    uint64_t last_wait = 0;  // that may have events of it, once it is not registered any more
    Interest interest = Interest::kNone;
    bool fired = false;  // a one-shot that is not armed
    // These two as they were before the Wait of this number returned, if they changed since.
    Interest interest_before = Interest::kNone;
    bool fired_before = false;
    uint64_t changed_in_wait = 0;
    bool paused = false;  // does not read for now
    bool told = false;    // has ended its stream
    bool ended = false;   // has read the end of the other's stream
    uint64_t goal = 0;    // how much it is to have written
    uint64_t written = 0;
    uint64_t read = 0;
  };

  // `number` (below 2^48) tells its bytes and its events from those of others.
  Connection(Shared* shared, const StreamBytes* bytes, uint64_t number, Trigger trigger);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Gives it its end 0 or 1. False if the poller refuses the descriptor, which is closed then.
  bool Attach(int side, ScopedFd socket);
  const End& end(int side) const { return ends_[side]; }
  // Says that both ends are there.
  void Begin();

  // Has both ends write so much more.
  void Say(uint64_t by_first, uint64_t by_second);
  // Makes `side` read slowly: little at a time, and nothing until Resume().
  void Pause(int side);
  void Resume();
  // Lets it end when all has been said and heard.
  void Finish();
  // Resets it from `side`, once so many bytes more have passed, or all that is to pass.
  void ResetAfter(int side, uint64_t bytes);

  // An event of the end on `side`.
  void OnEvent(int side, const Event& event);

  // Nothing is under way: both ends only wait for something to read.
  bool idle() const;
  uint64_t number() const { return number_; }
  // It is over, and may be destroyed.
  bool closed() const { return closed_; }
  bool paused() const { return ends_[0].paused || ends_[1].paused; }
  // When something last happened.
  absl::Duration last_progress() const { return last_progress_; }

  // Gives it up, without a word about what is missing.
  void Close();
  // For a complaint.
  std::string Describe() const;

 private:
  static constexpr uint64_t kNever = UINT64_MAX;

  bool all_heard() const;
  bool attached() const { return ends_[0].data != 0 && ends_[1].data != 0; }
  uint64_t stream(int side) const { return number_ * 2 + static_cast<uint64_t>(side); }

  void Read(int side);
  void Write(int side);
  // The system did not do what the poller said it would.
  void Refused(End& end);
  // An error of a read or write call.
  void OnError(int side, int error);
  void ResetIfDue();
  void CloseOrderly();
  // Whether a Wait that returned `event` did as it was told.
  bool WasAskedFor(const End& end, const Event& event) const;
  // Takes an end out of the poller; the caller closes it.
  void Detach(int side);
  // Brings what the poller watches in line with what the ends want.
  void Settle();
  bool Watch(int side, Interest interest);
  void Complain(absl::string_view what, int side) const;

  Shared& shared_;
  const StreamBytes& bytes_;
  const uint64_t number_;
  const Trigger trigger_;
  End ends_[2];
  bool finishing_ = false;
  bool broken_ = false;  // one end has reset it
  bool closed_ = false;
  int reset_side_ = 0;
  uint64_t reset_at_ = kNever;  // when so many bytes have passed
  size_t bite_ = StreamBytes::kMost;
  absl::Duration last_progress_;
};

}  // namespace someos::soak

#endif  // SOMEOS_TESTING_POLLER_SOAK_CONNECTION_H_
