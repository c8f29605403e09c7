// A plain model of the contract of someos/api/poller.h: what a Poller must answer.

#ifndef SOMEOS_TESTING_POLLER_DIFFERENTIAL_MODEL_H_
#define SOMEOS_TESTING_POLLER_DIFFERENTIAL_MODEL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/poller/differential/files.h"
#include "someos/testing/poller/differential/operation.h"

namespace someos::differential {

// Where a backend's header states a deviation that Capabilities does not.
struct Deviations {
  // kqueue: the directions are reported apart where there is room for one event, and kReadHangup
  // without kReadable once only.
  bool directions_apart = false;
  // kqueue of FreeBSD: a Register that fails with EEXIST may have an edge reported again.
  bool asking_repeats_edges = false;
  // kqueue of FreeBSD: a hangup that the own shutdown of writing completes is no new event.
  bool own_shutdown_is_silent = false;
  // A registration for both directions keeps its file open until it is unregistered.
  bool libkqueue = false;
  // select(2): who asks for none of its sets sees nothing; a hung-up descriptor is readable, and
  // is not writable; and the wait that finds a closed descriptor finds nothing else.
  bool sets = false;
  // epoll, and poll and select on Linux: a file that was registered under a number, and not
  // unregistered before that was closed, is taken for what is registered there if the number comes
  // to name it again later.
  bool files_linger = false;
  // The system's, OpenBSD's and NetBSD's: to fstat(2) pipes that were made at the same time are one
  // file, so that a number which names another pipe by now may be taken for the old one's.
  bool pipes_look_alike = false;

  static Deviations Of(const Backend& backend);
};

// What a call of the Poller must return.
struct Answer {
  absl::StatusCode code = absl::StatusCode::kOk;
  int error = 0;  // errno, if it has one
};

// Follows one Poller through a sequence: which slot names which file, what is registered, and what
// has been reported of it.
class Model {
 public:
  Model(const Capabilities& capabilities, const Deviations& deviations)
      : capabilities_(capabilities), deviations_(deviations) {}

  // Whether `operation` is to be carried out. Otherwise there is nothing for it to do, or the
  // contract leaves open what would follow.
  bool MakesSense(const Operation& operation) const;

  // An operation on descriptors that was carried out.
  void Do(const Operation& operation);

  // What a Register, Modify or Unregister with this data must return. Takes it that it does.
  Answer Call(const Operation& operation, uint64_t data);

  void Wake() { wake_ = WakeState::kPending; }

  // Whether the next Wait must return without waiting for its timeout.
  bool MustReturnAtOnce() const;

  // Compares what a Wait (or look) with this room reported with what it must. Returns the first
  // difference as a sentence, or "" and takes note of what was reported.
  std::string CheckWait(int room, absl::Span<const Event> events);

 private:
  // kPerhaps: a Wait had its reason to return and no room to take the wake with it.
  enum class WakeState { kNone, kPerhaps, kPending };

  struct Registration {
    int file;
    Interest interest;
    Trigger trigger;
    uint64_t data;
    bool fired = false;   // a one-shot that was reported
    bool dead = false;    // reported as kInvalid
    bool reused = false;  // its number has named another file since
    // For what is reported once only: whether anything has happened since it was; which conditions
    // have come about since; and what is known of the file by now.
    bool may_report = true;
    Readiness pending = Readiness::kNone;
    Readiness last = Readiness::kNone;
    int touches = 0;
    int arrivals = 0;
  };

  Answer Register(const Operation& operation, uint64_t data);
  Answer Modify(const Operation& operation, uint64_t data);
  Answer Unregister(const Operation& operation);
  void Add(const Operation& operation, uint64_t data);
  bool Unsupported(const Operation& operation) const;
  // Whether the Poller has to remove a registration that the kernel has no name for any more.
  void Removed(int slot);

  bool KeptOpen(int file) const;
  // Whether nobody may notice that another file of this kind takes the place of what is registered.
  bool LooksRegistered(int slot, bool pipe) const;
  // Brings what a registration knows of its file up to date.
  void Update(Registration& registration) const;
  // What its file has for the interest of a registration.
  Expectation Asked(const Registration& registration) const;
  // What a Wait must and may report of a slot's registration.
  Expectation Expect(int slot) const;
  Expectation ExpectClosed(const Registration& registration) const;
  std::string CheckEvent(int room, const Event& event) const;
  std::string CheckMissing(int room, absl::Span<const Event> events) const;
  void TakeNote(int room, absl::Span<const Event> events);

  const Capabilities capabilities_;
  const Deviations deviations_;
  Files files_;
  std::array<std::optional<Registration>, kSlots> registrations_;
  WakeState wake_ = WakeState::kNone;
  // The files that were registered under each slot and not unregistered in time.
  std::array<std::set<int>, kSlots> lingering_;
  // A registration was removed after its number was closed: the Poller may have to make its kernel
  // object anew, whereupon edges are reported again.
  bool edges_again_ = false;
};

}  // namespace someos::differential

#endif  // SOMEOS_TESTING_POLLER_DIFFERENTIAL_MODEL_H_
