// What Wait returns: events with a readiness mask.

#ifndef SOMEOS_API_EVENT_H_
#define SOMEOS_API_EVENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos {

// The conditions that hold for a descriptor. A bit mask, the same on every backend.
//
// `kReadable` and `kWritable` mean "the call would not block", as in POSIX: an end of file, a
// hang-up or an error makes a pipe or socket readable and writable (as far as they are in the
// interest), because read() and write() then return at once. A program that checks these two alone
// is correct on every backend, with the exception of sockets for which it has requested an error
// queue (api/error_queues.md), and of terminals: their hang-up makes them readable, but a write may
// still block. The other bits give the reason, where the mechanism reports it; see Capabilities.
// The values are those of poll(2) on all systems that have it, so that a translation takes few
// instructions.
enum class Readiness : uint8_t {
  kNone = 0,
  kReadable = 0x01,
  kWritable = 0x04,
  kPriority = 0x02,
  // The peer shut down its writing side: read() returns the buffered data, then end of file.
  // Reported only if the interest contains kReadHangup.
  kReadHangup = 0x40,
  // A socket is closed in both directions, or the last writer of a pipe has closed it. Reported
  // with every interest except kNone.
  kHangup = 0x10,
  // An error is pending; the next call on the descriptor returns it (over libkqueue, the error has
  // already been taken from the socket by then), or recvmsg(MSG_ERRQUEUE) does: if TakeError
  // returns 0 after this, see api/error_queues.md. On the writing end of a pipe: the last reader
  // has closed it. Reported with every interest except kNone. Exception: where both ends of a pipe
  // are open for reading and writing (FreeBSD, OpenBSD), the closed reader is reported only if the
  // interest contains kWritable.
  kError = 0x08,
  // The descriptor was closed without Unregister. Reported once, with every interest except kNone,
  // by the backends that can detect it. From then on the registration is inactive, and remains
  // until it is unregistered or its number is registered again.
  kInvalid = 0x20,
};

constexpr Readiness operator|(Readiness a, Readiness b) {
  return static_cast<Readiness>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr Readiness operator&(Readiness a, Readiness b) {
  return static_cast<Readiness>(static_cast<uint8_t>(a) & static_cast<uint8_t>(b));
}
constexpr Readiness& operator|=(Readiness& a, Readiness b) { return a = a | b; }
constexpr Readiness& operator&=(Readiness& a, Readiness b) { return a = a & b; }

// True if `readiness` and `bits` share a bit.
constexpr bool HasAny(Readiness readiness, Readiness bits) {
  return (readiness & bits) != Readiness::kNone;
}

// "readable|hangup", or "none".
inline std::string ReadinessNames(Readiness readiness) {
  std::string names;
  auto append = [&](Readiness bit, absl::string_view name) {
    if (HasAny(readiness, bit)) absl::StrAppend(&names, names.empty() ? "" : "|", name);
  };
  append(Readiness::kReadable, "readable");
  append(Readiness::kWritable, "writable");
  append(Readiness::kPriority, "priority");
  append(Readiness::kReadHangup, "read-hangup");
  append(Readiness::kHangup, "hangup");
  append(Readiness::kError, "error");
  append(Readiness::kInvalid, "invalid");
  return names.empty() ? "none" : names;
}

template <typename Sink>
void AbslStringify(Sink& sink, Readiness readiness) {
  sink.Append(ReadinessNames(readiness));
}

// One ready descriptor. A Wait reports each descriptor at most once.
struct Event {
  int fd = -1;
  Readiness readiness = Readiness::kNone;
  // What the mechanism itself reported, for logs and tests: the revents of poll and epoll, the
  // flags of all kqueue kevents combined, select's sets as 1 (read), 2 (write), 4 (except). Not
  // portable.
  uint16_t raw = 0;
  // The 64-bit value given to Register or Modify.
  uint64_t data = 0;

  bool readable() const { return HasAny(readiness, Readiness::kReadable); }
  bool writable() const { return HasAny(readiness, Readiness::kWritable); }
  bool priority() const { return HasAny(readiness, Readiness::kPriority); }
  bool read_hangup() const { return HasAny(readiness, Readiness::kReadHangup); }
  bool hangup() const { return HasAny(readiness, Readiness::kHangup); }
  bool error() const { return HasAny(readiness, Readiness::kError); }
  bool invalid() const { return HasAny(readiness, Readiness::kInvalid); }

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Event& event) {
    sink.Append(absl::StrCat("{fd ", event.fd, ": ", event.readiness, ", data ", event.data, "}"));
  }
};

}  // namespace someos

#endif  // SOMEOS_API_EVENT_H_
