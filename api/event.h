// What a Wait reports: the readiness mask and the event that carries it.

#ifndef SOMEOS_API_EVENT_H_
#define SOMEOS_API_EVENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos {

// The conditions that hold for a descriptor. A bit mask, the same on every backend.
//
// `kReadable` and `kWritable` mean "the call would not block", as POSIX has it: an end of file, a
// hangup or an error makes a descriptor readable and writable (as far as the interest asks for
// them), because read() and write() then return at once. A program that looks at these two alone
// is right on every backend. The other bits say why, where the mechanism can tell; see
// Capabilities. The values are poll(2)'s on every system that has it, so that a translation is a
// few instructions.
enum class Readiness : uint8_t {
  kNone = 0,
  kReadable = 0x01,
  kWritable = 0x04,
  kPriority = 0x02,
  // The peer shut down its writing side: after what is buffered, read() gives end of file.
  // Reported only if the interest has kReadHangup.
  kReadHangup = 0x40,
  // Both directions are gone (a socket), or the last writer of a pipe is. Reported unasked.
  kHangup = 0x10,
  // An error is pending; the next call on the descriptor tells which (over libkqueue the error has
  // been taken from the socket by then). On the writing end of a pipe: the last reader is gone.
  // Reported unasked; but where both ends of a pipe are for reading and writing (FreeBSD, OpenBSD),
  // the latter only to who asked for kWritable.
  kError = 0x08,
  // The descriptor was closed behind the poller's back. Reported once, unasked, by the backends
  // that can notice it; the registration is dead from then on and waits to be unregistered.
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
  // What the mechanism itself said, for logs and tests: poll's and epoll's revents, the flags of
  // kqueue's kevents together, select's sets as 1 (read), 2 (write), 4 (except). Not portable.
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
