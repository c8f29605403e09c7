#include "someos/testing/poller/soak/changer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/soak/event_data.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos::soak {
namespace {

// As many old registrations are remembered. Events older than that are strangers.
constexpr size_t kRemembered = 64;

// A Wake shows in a Wait soon after it, even if so many other descriptors are ready that each Wait
// has room for a few of them only.
constexpr uint64_t kMostWaitsPerWake = 10'000;

ssize_t ReadByte(int fd) {
  char byte;
  ssize_t result;
  do {
    result = read(fd, &byte, 1);
  } while (result < 0 && errno == EINTR);
  return result;
}

// A pipe; where these have no inode, so that a poller may take the next one under the same number
// for the last one, two sockets.
int OpenEnds(int (&ends)[2]) {
#if defined(__OpenBSD__) || defined(__NetBSD__)
  return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
#else
  return pipe(ends);
#endif
}

}  // namespace

Changer::Changer(Shared* shared, uint8_t part, uint64_t seed)
    : shared_(*shared), part_(part), random_(seed) {}

void Changer::Run(const std::atomic<bool>& stop) {
  while (!stop.load()) Round();
}

void Changer::OnEvent(const Event& event, uint64_t wait) {
  absl::MutexLock lock(mutex_);
  if (event.data != data_) {
    for (const Retired& retired : retired_) {
      if (retired.data != event.data || wait > retired.last_wait) continue;
      shared_.ledger.late.fetch_add(1);
      return;
    }
    shared_.ledger.Complain(absl::StrCat("an event of an older registration: ", event));
    return;
  }
  shared_.ledger.poked.fetch_add(1);
  if (event.fd != fd_ || !event.readable()) {
    shared_.ledger.Complain(absl::StrCat("instead of fd ", fd_, ", readable: ", event));
  }
  if (ReadByte(fd_) == 1) {
    ++seen_;
  } else if (trigger_ != Trigger::kEdge) {
    // An edge may be told again after its byte has been read.
    shared_.ledger.Complain(absl::StrCat("readable without reason: ", event));
  }
}

void Changer::Round() {
  given_up_ = false;
  const Trigger kTriggers[] = {Trigger::kLevel, Trigger::kOneShot, Trigger::kEdge};
  {
    absl::MutexLock lock(mutex_);
    trigger_ = kTriggers[random_() % (shared_.poller->capabilities().edge ? 3 : 2)];
  }
  {
    absl::ReaderMutexLock gate(shared_.gate);
    if (!OpenPipe()) return;
    if (OneIn(4)) Poke();  // ready before it is registered
    if (!Register()) return ClosePipe();
  }
  PokeAFewTimes();
  if (OneIn(2)) PauseAndGoOn();
  if (OneIn(2)) WakeAndSee();
  if (!given_up_ && OneIn(3)) Poke();  // nobody waits for this one
  if (OneIn(3) && shared_.closes_behind) return CloseBehind();
  absl::ReaderMutexLock gate(shared_.gate);
  Unregister();
  ClosePipe();
}

void Changer::PokeAFewTimes() {
  if (!AwaitSeen()) return;
  const uint64_t pokes = random_() % 4;
  for (uint64_t i = 0; i < pokes; ++i) {
    // A one-shot may have fired by now.
    if ((i > 0 || trigger_ == Trigger::kOneShot) && !Modify(Interest::kReadable)) return;
    Poke();
    if (!AwaitSeen()) return;
  }
}

void Changer::PauseAndGoOn() {
  if (given_up_ || !Modify(Interest::kNone)) return;
  Poke();
  if (OneIn(2)) WakeAndSee();
  if (Modify(Interest::kReadable)) AwaitSeen();
}

void Changer::WakeAndSee() {
  // Among others, Wakes meet, and one that was lost may pass for another's. Alone, it shows.
  if (OneIn(2)) {
    absl::MutexLock alone(shared_.wakers);
    ExpectWakeSeen();
  } else {
    absl::ReaderMutexLock among_others(shared_.wakers);
    ExpectWakeSeen();
  }
}

void Changer::ExpectWakeSeen() {
  const absl::Duration give_up = MonotonicNow() + shared_.patience;
  const uint64_t found_before = shared_.poller->counters().wakes;
  {
    absl::ReaderMutexLock gate(shared_.gate);
    if (!Succeeded("wake", shared_.poller->Wake())) return;
  }
  shared_.ledger.wakes.fetch_add(1);
  const uint64_t first = shared_.progress.ended();
  for (uint64_t wait = first; shared_.poller->counters().wakes == found_before; ++wait) {
    if (wait - first > kMostWaitsPerWake ||
        !shared_.progress.AwaitEnd(wait + 1, give_up - MonotonicNow())) {
      shared_.ledger.Complain(absl::StrCat("a Wake is lost; Waits that ended since: ",
                                           shared_.progress.ended() - first));
      given_up_ = true;
      return;
    }
  }
}

void Changer::CloseBehind() {
  {
    // Alone: nobody else may take the number before it is known whose it is.
    absl::MutexLock gate(shared_.gate);
    const int old = pipe_.reader.get();
    ExpectNone();
    ClosePipe();
    const bool opened = OpenPipe();
    if (!opened || pipe_.reader.get() != old) {
      shared_.ledger.changes.fetch_add(1);
      Succeeded("unregister what was closed", shared_.poller->Unregister(old));
      SettleRetired();
      if (opened) ClosePipe();
      return;
    }
    if (!Register()) return ClosePipe();
  }
  Poke();
  AwaitSeen();
  absl::ReaderMutexLock gate(shared_.gate);
  Unregister();
  ClosePipe();
}

bool Changer::OpenPipe() {
  int ends[2];
  if (OpenEnds(ends) != 0) {
    shared_.ledger.refusals.fetch_add(1);
    std::this_thread::yield();
    return false;
  }
  for (int end : ends) NonBlocking(end);
  pipe_.reader = ScopedFd(ends[0]);
  pipe_.writer = ScopedFd(ends[1]);
  shared_.ledger.descriptors.fetch_add(2);
  absl::MutexLock lock(mutex_);
  poked_ = seen_ = 0;
  return true;
}

void Changer::ClosePipe() {
  pipe_ = Pipe();
  shared_.ledger.descriptors.fetch_sub(2);
  absl::MutexLock lock(mutex_);
  shared_.ledger.retracted.fetch_add(poked_ - seen_);
}

bool Changer::Register() {
  const uint64_t data = ExpectNew();
  shared_.ledger.changes.fetch_add(1);
  const bool done =
      Succeeded("register",
                shared_.poller->Register(pipe_.reader.get(), Interest::kReadable, data, trigger_));
  if (!done) ExpectNone();
  SettleRetired();
  return done;
}

bool Changer::Modify(Interest interest) {
  absl::ReaderMutexLock gate(shared_.gate);
  uint64_t data;
  if (interest == Interest::kNone) {
    ExpectNone();
    data = NewData();
  } else {
    data = ExpectNew();
  }
  shared_.ledger.changes.fetch_add(1);
  given_up_ |=
      !Succeeded("modify", shared_.poller->Modify(pipe_.reader.get(), interest, data, trigger_));
  SettleRetired();
  return !given_up_;
}

void Changer::Unregister() {
  shared_.ledger.changes.fetch_add(1);
  Succeeded("unregister", shared_.poller->Unregister(pipe_.reader.get()));
  ExpectNone();
  SettleRetired();
}

void Changer::Poke() {
  {
    absl::MutexLock lock(mutex_);
    ++poked_;
  }
  shared_.ledger.pokes.fetch_add(1);
  ssize_t written;
  do {
    written = write(pipe_.writer.get(), "x", 1);
  } while (written < 0 && (errno == EINTR || errno == EAGAIN));
  MustSucceed(written, "write");
}

bool Changer::AwaitSeen() {
  absl::MutexLock lock(mutex_);
  const auto all_seen = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return seen_ == poked_; };
  if (mutex_.AwaitWithTimeout(absl::Condition(&all_seen), shared_.patience)) return true;
  shared_.ledger.Complain(
      absl::StrCat("an event is lost: fd ", fd_, ", ", trigger_, ", seen ", seen_, " of ", poked_));
  given_up_ = true;
  return false;
}

uint64_t Changer::ExpectNew() {
  absl::MutexLock lock(mutex_);
  Retire();
  fd_ = pipe_.reader.get();
  return data_ = NewData();
}

void Changer::ExpectNone() {
  absl::MutexLock lock(mutex_);
  Retire();
}

void Changer::Retire() {
  if (data_ == 0) return;
  retired_.push_back({data_, UINT64_MAX});
  if (retired_.size() > kRemembered) retired_.pop_front();
  data_ = 0;
}

void Changer::SettleRetired() {
  const uint64_t running = shared_.progress.begun();
  absl::MutexLock lock(mutex_);
  for (Retired& retired : retired_) retired.last_wait = std::min(retired.last_wait, running);
}

bool Changer::Succeeded(absl::string_view call, const absl::Status& status) {
  if (status.ok()) return true;
  if (IsRefusal(ErrnoOf(status))) {
    shared_.ledger.refusals.fetch_add(1);
  } else {
    shared_.ledger.Complain(absl::StrCat(call, " failed: ", status.ToString()));
  }
  return false;
}

}  // namespace someos::soak
