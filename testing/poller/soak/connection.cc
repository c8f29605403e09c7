#include "someos/testing/poller/soak/connection.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/clocks.h"
#include "someos/testing/poller/soak/event_data.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/poller/soak/stream_bytes.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/tcp.h"

namespace someos::soak {
namespace {

constexpr size_t kSlowBite = 512;

// What poll(2) says of it now.
int PollMask(int fd, int events) {
  pollfd entry = {fd, static_cast<short>(events), 0};
  while (poll(&entry, 1, 0) < 0 && errno == EINTR) {
  }
  return entry.revents;
}

bool MayBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

Connection::Connection(Shared* shared, const StreamBytes* bytes, uint64_t number, Trigger trigger)
    : shared_(*shared),
      bytes_(*bytes),
      number_(number),
      trigger_(trigger),
      last_progress_(MonotonicNow()) {}

Connection::~Connection() { Close(); }

bool Connection::Attach(int side, ScopedFd socket) {
  End& end = ends_[side];
  end.socket = std::move(socket);
  shared_.ledger.descriptors.fetch_add(1);
  end.data = EventData(Owner::kConnection, static_cast<uint8_t>(side), number_);
  // A client's socket is about to connect.
  end.interest = side == 0 ? Interest::kWritable : Interest::kReadable;
  const absl::Status status =
      shared_.poller->Register(end.socket.get(), end.interest, end.data, trigger_);
  if (status.ok()) return true;
  if (IsRefusal(ErrnoOf(status)) || absl::IsOutOfRange(status)) {
    shared_.ledger.refusals.fetch_add(1);
  } else {
    shared_.ledger.Complain(absl::StrCat("register failed: ", status.ToString()));
  }
  end.data = 0;
  end.socket.reset();
  shared_.ledger.descriptors.fetch_sub(1);
  return false;
}

void Connection::Begin() {
  last_progress_ = MonotonicNow();
  ResetIfDue();
  if (!closed_) Settle();
}

void Connection::Say(uint64_t by_first, uint64_t by_second) {
  ends_[0].goal += by_first;
  ends_[1].goal += by_second;
  last_progress_ = MonotonicNow();
  if (attached()) Settle();
}

void Connection::Pause(int side) {
  bite_ = kSlowBite;
  ends_[side].paused = true;
  if (attached()) Settle();
}

void Connection::Resume() {
  ends_[0].paused = ends_[1].paused = false;
  last_progress_ = MonotonicNow();
  if (attached()) Settle();
}

void Connection::Finish() {
  finishing_ = true;
  last_progress_ = MonotonicNow();
  if (attached()) Settle();
}

void Connection::ResetAfter(int side, uint64_t bytes) {
  reset_side_ = side;
  reset_at_ = ends_[0].read + ends_[1].read + bytes;
  if (attached()) Begin();
}

bool Connection::idle() const {
  return attached() && !finishing_ && !broken_ && reset_at_ == kNever && all_heard();
}

bool Connection::all_heard() const {
  return ends_[0].written == ends_[0].goal && ends_[1].written == ends_[1].goal &&
         ends_[0].read == ends_[1].written && ends_[1].read == ends_[0].written;
}

void Connection::OnEvent(int side, const Event& event) {
  End& end = ends_[side];
  if (!WasAskedFor(end, event)) {
    Complain(absl::StrCat("an event that was not asked for: ", event), side);
  }
  end.fired = trigger_ == Trigger::kOneShot;
  if (!attached() && !broken_) {
    // The client, before it was accepted.
    Settle();
    return;
  }
  if (event.readable() && !end.ended) Read(side);
  if (!closed_ && end.data != 0 && event.writable()) Write(side);
  if (closed_) return;
  ResetIfDue();
  if (!closed_) Settle();
}

bool Connection::WasAskedFor(const End& end, const Event& event) const {
  // What was changed because of an earlier event of the same Wait came too late for that Wait.
  const bool changed = end.changed_in_wait == shared_.progress.begun();
  const Interest interest = changed ? end.interest_before : end.interest;
  const Readiness asked = static_cast<Readiness>(interest) | Readiness::kHangup | Readiness::kError;
  return interest != Interest::kNone && !(changed ? end.fired_before : end.fired) &&
         event.readiness != Readiness::kNone && (event.readiness & asked) == event.readiness;
}

void Connection::Read(int side) {
  End& end = ends_[side];
  static char buffer[StreamBytes::kMost];  // of the waiting thread
  for (bool first = true;; first = false) {
    const ssize_t size = recv(end.socket.get(), buffer, bite_, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (MayBlock(errno) || IsRefusal(errno))) {
      const bool there = IsRefusal(errno) || (PollMask(end.socket.get(), POLLIN) & POLLIN) != 0;
      if (there) Refused(end);
      // An edge may be told again after all has been read.
      if (first && !there && trigger_ != Trigger::kEdge) Complain("readable without reason", side);
      return;
    }
    if (size < 0) return OnError(side, errno);
    last_progress_ = MonotonicNow();
    if (size == 0) {
      end.ended = true;
      if (!ends_[1 - side].told && !broken_) Complain("an end that nobody has sent", side);
      return;
    }
    const absl::Span<const char> bytes(buffer, static_cast<size_t>(size));
    if (!bytes_.Matches(stream(1 - side), end.read, bytes)) Complain("wrong bytes", side);
    end.read += bytes.size();
    shared_.ledger.read.fetch_add(bytes.size());
    if (trigger_ != Trigger::kEdge) return;
  }
}

void Connection::Write(int side) {
  End& end = ends_[side];
  for (bool first = true; end.written < end.goal; first = false) {
    const absl::Span<const char> bytes = bytes_.At(
        stream(side), end.written,
        static_cast<size_t>(std::min<uint64_t>(end.goal - end.written, StreamBytes::kMost)));
    const ssize_t size = send(end.socket.get(), bytes.data(), bytes.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (MayBlock(errno) || IsRefusal(errno))) {
      const bool room = IsRefusal(errno) || (PollMask(end.socket.get(), POLLOUT) & POLLOUT) != 0;
      if (room) Refused(end);
      if (first && !room && trigger_ != Trigger::kEdge) Complain("writable without reason", side);
      return;
    }
    if (size < 0) return OnError(side, errno);
    last_progress_ = MonotonicNow();
    end.written += static_cast<uint64_t>(size);
    shared_.ledger.written.fetch_add(static_cast<uint64_t>(size));
    if (trigger_ != Trigger::kEdge) return;
  }
}

void Connection::Refused(End& end) {
  shared_.ledger.refusals.fetch_add(1);
  end.fired = true;  // an edge is not told again by itself
}

void Connection::OnError(int side, int error) {
  if (!broken_) Complain(absl::StrCat("broke off: ", ErrnoName(error)), side);
  Close();
}

void Connection::ResetIfDue() {
  if (broken_ || reset_at_ == kNever) return;
  if (ends_[0].read + ends_[1].read < reset_at_ && !all_heard()) return;
  broken_ = true;
  shared_.ledger.reset.fetch_add(1);
  Detach(reset_side_);
  CloseWithReset(ends_[reset_side_].socket);
}

void Connection::Detach(int side) {
  End& end = ends_[side];
  const absl::Status status = shared_.poller->Unregister(end.socket.get());
  if (!status.ok()) Complain(absl::StrCat("unregister failed: ", status.ToString()), side);
  end.data = 0;
  end.last_wait = shared_.progress.begun();
  shared_.ledger.descriptors.fetch_sub(1);
}

void Connection::Settle() {
  for (int side : {0, 1}) {
    End& end = ends_[side];
    if (end.data == 0) continue;
    const bool writes = end.written < end.goal;
    if (broken_ && end.ended) return Close();
    if (finishing_ && attached() && !writes && !std::exchange(end.told, true)) {
      shutdown(end.socket.get(), SHUT_WR);
    }
    // A paused end of a broken connection reads on, to see the end.
    const bool reads = !end.ended && (!end.paused || broken_);
    Interest interest = Interest::kNone;
    if (reads) interest |= Interest::kReadable;
    if (writes) interest |= Interest::kWritable;
    // A client that nobody has accepted yet waits for its other end.
    if (!Watch(side, attached() || broken_ ? interest : Interest::kNone)) return;
  }
  if (ends_[0].ended && ends_[1].ended && ends_[0].told && ends_[1].told) CloseOrderly();
}

bool Connection::Watch(int side, Interest interest) {
  End& end = ends_[side];
  if (interest == end.interest && !end.fired) return true;
  if (std::exchange(end.changed_in_wait, shared_.progress.begun()) != shared_.progress.begun()) {
    end.interest_before = end.interest;
    end.fired_before = end.fired;
  }
  const absl::Status status =
      shared_.poller->Modify(end.socket.get(), interest, end.data, trigger_);
  if (status.ok()) {
    end.interest = interest;
    end.fired = false;
    return true;
  }
  if (IsRefusal(ErrnoOf(status))) {
    shared_.ledger.refusals.fetch_add(1);
  } else {
    Complain(absl::StrCat("modify failed: ", status.ToString()), side);
  }
  Close();
  return false;
}

void Connection::CloseOrderly() {
  for (int side : {0, 1}) {
    if (ends_[1 - side].read != ends_[side].written || ends_[side].written != ends_[side].goal) {
      Complain("bytes are missing", side);
    }
  }
  shared_.ledger.orderly.fetch_add(1);
  Close();
}

void Connection::Close() {
  if (closed_) return;
  closed_ = true;
  for (int side : {0, 1}) {
    End& end = ends_[side];
    shared_.ledger.cut.fetch_add(end.written - std::min(end.written, ends_[1 - side].read));
    if (end.data == 0) continue;
    Detach(side);
    end.socket.reset();
  }
}

std::string Connection::Describe() const {
  std::string text = absl::StrCat("connection ", number_, ", ", trigger_,
                                  finishing_ ? ", finishing" : "", broken_ ? ", reset" : "", ":");
  for (const End& end : ends_) {
    absl::StrAppend(&text, " {fd ", end.socket.get(), ", ", end.interest, end.fired ? " fired" : "",
                    end.paused ? " paused" : "", ", written ", end.written, " of ", end.goal,
                    ", read ", end.read, end.told ? ", told" : "", end.ended ? ", ended" : "",
                    ", poll says ",
                    end.socket.get() < 0 ? 0 : PollMask(end.socket.get(), POLLIN | POLLOUT), "}");
  }
  return text;
}

void Connection::Complain(absl::string_view what, int side) const {
  shared_.ledger.Complain(absl::StrCat("end ", side, ": ", what, ": ", Describe()));
}

}  // namespace someos::soak
