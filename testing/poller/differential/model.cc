#include "someos/testing/poller/differential/model.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstddef>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/differential/files.h"
#include "someos/testing/poller/differential/operation.h"
#include "someos/testing/poller/differential/world.h"
#include "someos/testing/poller/tellable.h"
#include "someos/testing/system_call.h"

namespace someos::differential {
namespace {

constexpr Readiness kReadableAndWritable = Readiness::kReadable | Readiness::kWritable;
constexpr Readiness kHangupAndError = Readiness::kHangup | Readiness::kError;

constexpr Readiness Without(Readiness readiness, Readiness bits) {
  return static_cast<Readiness>(static_cast<int>(readiness) & ~static_cast<int>(bits));
}

constexpr bool Any(Readiness readiness) { return readiness != Readiness::kNone; }

bool PipesLookAlike() {
  const Pipe pipe;
  struct stat status;
  MustSucceed(fstat(pipe.reader.get(), &status), "fstat");
  return status.st_ino == 0;
}

Answer Fails(int error) { return {absl::ErrnoToStatusCode(error), error}; }

}  // namespace

Deviations Deviations::Of(const Backend& backend) {
  Deviations result;
  result.directions_apart = backend.name == "kqueue";
  result.libkqueue = absl::StrContains(backend.implementation, "libkqueue");
  result.own_shutdown_is_silent = backend.implementation == "kqueue(2)";
  result.asking_repeats_edges = backend.implementation == "kqueue(2)";
  result.sets = backend.name == "select";
  result.files_linger = backend.name == "epoll";
#ifdef __linux__  // where poll's and select's Pollers remember files by an epoll set
  result.files_linger |= backend.name == "poll" || backend.name == "select";
#endif
  static const bool kPipesLookAlike = PipesLookAlike();
  result.pipes_look_alike = kPipesLookAlike;
  return result;
}

bool Model::MakesSense(const Operation& operation) const {
  switch (operation.kind) {
    case Operation::Kind::kRegister:
    case Operation::Kind::kModify:
    case Operation::Kind::kUnregister:
    case Operation::Kind::kWait:
    case Operation::Kind::kLook:
    case Operation::Kind::kWake:
      return true;
    default:
      break;
  }
  if (!files_.MakesSense(operation)) return false;
  const int file = files_.At(operation.slot);
  if (operation.kind == Operation::Kind::kPipe) {
    return !LooksRegistered(operation.slot, true) && !LooksRegistered(operation.other, true);
  }
  if (operation.kind == Operation::Kind::kDup) {
    if (LooksRegistered(operation.other, files_.IsPipe(file))) return false;
    const auto& registration = registrations_[operation.other];
    // Nobody can tell that the number was closed in between.
    if (registration.has_value() && registration->file == file) return false;
    if (deviations_.files_linger && registration.has_value() &&
        lingering_[operation.other].count(file) > 0) {
      return false;
    }
    const int replaced = files_.At(operation.other);
    return replaced == Files::kNoFile || !KeptOpen(replaced);
  }
  return operation.kind != Operation::Kind::kClose || !KeptOpen(file);
}

bool Model::LooksRegistered(int slot, bool pipe) const {
  const auto& registration = registrations_[slot];
  return deviations_.pipes_look_alike && pipe && registration.has_value() &&
         files_.IsPipe(registration->file);
}

// Whether, after the last slot of `file` was closed, its peer would not know.
bool Model::KeptOpen(int file) const {
  if (!deviations_.libkqueue || files_.References(file) > 1) return false;
  for (const auto& registration : registrations_) {
    if (!registration.has_value() || registration->fired) continue;
    const bool both = HasAny(registration->interest, Interest::kWritable) &&
                      HasAny(registration->interest, Interest::kReadable | Interest::kReadHangup);
    if (both && (registration->file == file || registration->reused)) return true;
  }
  return false;
}

void Model::Do(const Operation& operation) {
  files_.Do(operation);
  for (int slot = 0; slot < kSlots; ++slot) {
    auto& registration = registrations_[slot];
    if (!registration.has_value()) continue;
    const int now = files_.At(slot);
    if (now != Files::kNoFile && now != registration->file) registration->reused = true;
    Update(*registration);
  }
}

Answer Model::Call(const Operation& operation, uint64_t data) {
  switch (operation.kind) {
    case Operation::Kind::kRegister:
      return Register(operation, data);
    case Operation::Kind::kModify:
      return Modify(operation, data);
    default:
      return Unregister(operation);
  }
}

bool Model::Unsupported(const Operation& operation) const {
  return (operation.trigger == Trigger::kEdge && !capabilities_.edge) ||
         (HasAny(operation.interest, Interest::kPriority) && !capabilities_.priority);
}

// What cannot be done at all is refused first, then a closed number, then what is registered.
Answer Model::Register(const Operation& operation, uint64_t data) {
  if (Unsupported(operation)) return {absl::StatusCode::kUnimplemented};
  const int file = files_.At(operation.slot);
  if (file == Files::kNoFile) return Fails(EBADF);
  auto& registration = registrations_[operation.slot];
  if (registration.has_value() && registration->file == file) {
    if (deviations_.asking_repeats_edges) registration->may_report = true;
    return Fails(EEXIST);
  }
  Removed(operation.slot);
  Add(operation, data);
  return {};
}

// As above, but a number that is not registered is refused as such, closed or not.
Answer Model::Modify(const Operation& operation, uint64_t data) {
  if (Unsupported(operation)) return {absl::StatusCode::kUnimplemented};
  const auto& registration = registrations_[operation.slot];
  if (!registration.has_value()) return Fails(ENOENT);
  const int file = files_.At(operation.slot);
  if (file == Files::kNoFile) return Fails(EBADF);
  if (registration->file != file) return Fails(ENOENT);
  Add(operation, data);
  return {};
}

Answer Model::Unregister(const Operation& operation) {
  if (!registrations_[operation.slot].has_value()) return Fails(ENOENT);
  Removed(operation.slot);
  return {};
}

void Model::Add(const Operation& operation, uint64_t data) {
  auto& registration = registrations_[operation.slot];
  registration =
      Registration{files_.At(operation.slot), operation.interest, operation.trigger, data};
  Update(*registration);
}

void Model::Removed(int slot) {
  auto& registration = registrations_[slot];
  if (registration.has_value() && registration->file != files_.At(slot)) {
    lingering_[slot].insert(registration->file);
    edges_again_ = true;
  }
  registration.reset();
}

void Model::Update(Registration& registration) const {
  const Readiness now = Asked(registration).must;
  registration.pending |= Without(now, registration.last);
  const int arrivals = files_.Arrivals(registration.file);
  if (arrivals != registration.arrivals) registration.pending |= Readiness::kReadable;
  registration.pending &= now;
  registration.last = now;
  registration.arrivals = arrivals;
  const int touches = files_.Touches(registration.file);
  if (touches != registration.touches) registration.may_report = true;
  registration.touches = touches;
}

Expectation Model::Asked(const Registration& registration) const {
  if (registration.interest == Interest::kNone) return {};
  const auto asked = static_cast<Readiness>(registration.interest);
  Expectation result = files_.Conditions(registration.file);
  result.may |= result.must;
  if (HasAny(result.must, kHangupAndError)) {
    const bool hangup_alone = !HasAny(result.must, Readiness::kError);
    result.must |= deviations_.sets && hangup_alone ? Readiness::kReadable : kReadableAndWritable;
  }
  if (HasAny(result.may, kHangupAndError)) result.may |= kReadableAndWritable;
  result.must = Tellable(result.must & (asked | kHangupAndError), capabilities_);
  result.may = Tellable(result.may & (asked | kHangupAndError), capabilities_);
  return result;
}

Expectation Model::Expect(int slot) const {
  const auto& registration = registrations_[slot];
  if (!registration.has_value()) return {};
  if (registration->interest == Interest::kNone || registration->fired || registration->dead) {
    return {};
  }
  const int file = files_.At(slot);
  if (file == Files::kNoFile) return ExpectClosed(*registration);
  if (file != registration->file) {
    const auto asked = static_cast<Readiness>(registration->interest);
    return {Readiness::kNone, asked | kHangupAndError | Readiness::kInvalid};
  }
  Expectation result = Asked(*registration);
  if (registration->trigger == Trigger::kEdge) {
    result.must = registration->pending;
    if (!registration->may_report && !edges_again_) result = {};
  } else if (deviations_.directions_apart && !HasAny(registration->interest, Interest::kReadable)) {
    result.must = registration->pending | (result.must & Readiness::kWritable);
  } else {
    return result;
  }
  if (deviations_.own_shutdown_is_silent) {
    result.may |= result.must;
    result.must = Without(result.must, Readiness::kHangup);
  }
  return result;
}

Expectation Model::ExpectClosed(const Registration& registration) const {
  const auto asked = static_cast<Readiness>(registration.interest);
  if (capabilities_.invalid) {
    const bool unseen =
        deviations_.sets && !HasAny(asked, kReadableAndWritable | Readiness::kPriority);
    return {unseen ? Readiness::kNone : Readiness::kInvalid, Readiness::kInvalid};
  }
  // The kernel may know it by its file as long as that is open, or by what took its number.
  const bool forgotten = files_.References(registration.file) == 0 && !registration.reused;
  return {Readiness::kNone, forgotten ? Readiness::kNone : asked | kHangupAndError};
}

bool Model::MustReturnAtOnce() const {
  if (wake_ == WakeState::kPending) return true;
  for (int slot = 0; slot < kSlots; ++slot) {
    if (Any(Expect(slot).must)) return true;
  }
  return false;
}

std::string Model::CheckWait(int room, absl::Span<const Event> events) {
  std::set<int> reported;
  for (const Event& event : events) {
    if (std::string difference = CheckEvent(room, event); !difference.empty()) return difference;
    if (!reported.insert(event.fd).second) return absl::StrCat("reported twice: ", event);
  }
  if (std::string difference = CheckMissing(room, events); !difference.empty()) return difference;
  TakeNote(room, events);
  return "";
}

std::string Model::CheckEvent(int room, const Event& event) const {
  const int slot = World::SlotOf(event.fd);
  if (slot < 0) return absl::StrCat("reported a number of nobody's: ", event);
  const auto& registration = registrations_[slot];
  if (!registration.has_value()) {
    return absl::StrCat("reported ", slot, ", which is not registered, as ", event.readiness);
  }
  if (event.data != registration->data) {
    return absl::StrCat("reported ", slot, " with data ", event.data, " instead of ",
                        registration->data);
  }
  if (!Any(event.readiness)) return absl::StrCat("reported ", slot, " without a reason");
  const Expectation expected = Expect(slot);
  const Readiness beyond = Without(event.readiness, expected.must | expected.may);
  if (Any(beyond)) {
    return absl::StrCat("reported ", slot, " as ", event.readiness, "; ", beyond,
                        " is not to be reported");
  }
  const bool in_part = room == 1 && deviations_.directions_apart;
  const Readiness missing = Without(expected.must, event.readiness);
  if (Any(missing) && !in_part) {
    return absl::StrCat("reported ", slot, " as ", event.readiness, "; ", missing, " is missing");
  }
  return "";
}

std::string Model::CheckMissing(int room, absl::Span<const Event> events) const {
  if (room == 1 && (!events.empty() || wake_ != WakeState::kNone)) return "";
  std::set<int> reported;
  for (const Event& event : events) {
    reported.insert(event.fd);
    // select(2) failed, and said no more.
    if (deviations_.sets && event.invalid()) return "";
  }
  for (int slot = 0; slot < kSlots; ++slot) {
    const Expectation expected = Expect(slot);
    if (!Any(expected.must) || reported.count(World::NumberOf(slot)) > 0) continue;
    return absl::StrCat("did not report ", slot, " as ", expected.must);
  }
  return "";
}

void Model::TakeNote(int room, absl::Span<const Event> events) {
  bool room_left = static_cast<size_t>(room) > events.size();
  for (const Event& event : events) {
    const int slot = World::SlotOf(event.fd);
    Registration& registration = *registrations_[slot];
    if (registration.trigger == Trigger::kOneShot) {
      registration.fired = true;
      if (registration.file != files_.At(slot)) edges_again_ = true;
    }
    if (event.invalid()) {
      registration.dead = true;
      room_left = room_left && !deviations_.sets;
    }
    registration.pending = Readiness::kNone;
    // The other direction is still to come.
    const bool in_part = room == 1 && deviations_.directions_apart;
    if (!in_part) registration.may_report = false;
  }
  if (room_left) {
    wake_ = WakeState::kNone;
  } else if (wake_ == WakeState::kPending) {
    wake_ = WakeState::kPerhaps;
  }
}

}  // namespace someos::differential
