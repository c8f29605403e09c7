// What to watch a descriptor for: the interest mask and the trigger mode.

#ifndef SOMEOS_API_INTEREST_H_
#define SOMEOS_API_INTEREST_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace someos {

// The conditions that are to be reported. A bit mask: combine with `|`.
//
// Hang-up, error and invalid need not be in it: they are reported with every interest except
// `kNone`. The bits have the values of Readiness.
enum class Interest : uint8_t {
  // Keeps the registration and its data, and reports nothing. Use it to pause a descriptor
  // (back-pressure): a hang-up does not wake the poller again and again.
  kNone = 0,
  // read(), recv() or accept() would not block.
  kReadable = 0x01,
  // write() or send() would not block, or a connect() has completed.
  kWritable = 0x04,
  // Urgent data (TCP out-of-band), a pseudo-terminal's packet mode, a changed sysfs attribute.
  kPriority = 0x02,
  // The peer shut down its writing side; reported in addition to "readable" where the mechanism can
  // distinguish the two.
  kReadHangup = 0x40,
  // Nothing but what is reported anyway: hang-up, error and invalid. Use it alone, to wait for
  // these only, where Capabilities::errors_alone is true; together with other bits it changes
  // nothing. With Trigger::kOneShot or kEdge, a condition that lasts is reported once; with kLevel
  // by every Wait.
  kErrors = 0x08,
};

constexpr Interest operator|(Interest a, Interest b) {
  return static_cast<Interest>(static_cast<uint8_t>(a) | static_cast<uint8_t>(b));
}
constexpr Interest operator&(Interest a, Interest b) {
  return static_cast<Interest>(static_cast<uint8_t>(a) & static_cast<uint8_t>(b));
}
// The complement within the named bits.
constexpr Interest operator~(Interest a) {
  return static_cast<Interest>(~static_cast<uint8_t>(a) & 0x4f);
}
constexpr Interest& operator|=(Interest& a, Interest b) { return a = a | b; }
constexpr Interest& operator&=(Interest& a, Interest b) { return a = a & b; }

// True if `interest` and `bits` share a bit.
constexpr bool HasAny(Interest interest, Interest bits) {
  return (interest & bits) != Interest::kNone;
}

// When a ready descriptor is reported.
enum class Trigger : uint8_t {
  // Level-triggered: by every Wait for as long as the condition holds.
  kLevel = 0,
  // Edge-triggered: once each time the condition becomes true again (epoll's EPOLLET, kqueue's
  // EV_CLEAR). Read or write until EAGAIN, otherwise the next report may never come. Not
  // implemented on poll and select.
  kEdge = 1,
  // One-shot: once. The registration is then disarmed, keeping its data, until Modify re-arms it.
  kOneShot = 2,
  // Level-triggered, for a file that several pollers watch, such as a listening socket: when it
  // becomes ready, at least one of the pollers whose Wait is blocked is woken, instead of all of
  // them (epoll's EPOLLEXCLUSIVE, Linux 4.5; an older kernel wakes all). For Register only, and for
  // an interest in kReadable and kWritable only; such a registration cannot be modified. Where
  // Capabilities::exclusive is false it is refused, because a program that counts on it would wake
  // all of its threads for each connection.
  kExclusive = 3,
};

// "readable|writable", or "none".
inline std::string InterestNames(Interest interest) {
  std::string names;
  auto append = [&](Interest bit, absl::string_view name) {
    if (HasAny(interest, bit)) absl::StrAppend(&names, names.empty() ? "" : "|", name);
  };
  append(Interest::kReadable, "readable");
  append(Interest::kWritable, "writable");
  append(Interest::kPriority, "priority");
  append(Interest::kReadHangup, "read-hangup");
  append(Interest::kErrors, "errors");
  return names.empty() ? "none" : names;
}

// "level", "edge", "one-shot" or "exclusive".
constexpr absl::string_view TriggerName(Trigger trigger) {
  switch (trigger) {
    case Trigger::kLevel:
      return "level";
    case Trigger::kEdge:
      return "edge";
    case Trigger::kOneShot:
      return "one-shot";
    case Trigger::kExclusive:
      return "exclusive";
  }
  return "unknown";
}

template <typename Sink>
void AbslStringify(Sink& sink, Interest interest) {
  sink.Append(InterestNames(interest));
}

template <typename Sink>
void AbslStringify(Sink& sink, Trigger trigger) {
  sink.Append(TriggerName(trigger));
}

}  // namespace someos

#endif  // SOMEOS_API_INTEREST_H_
