// Python's select.kevent: a change for a kqueue, or an event from it.

#ifndef SOMEOS_BACKENDS_KQUEUE_KEVENT_H_
#define SOMEOS_BACKENDS_KQUEUE_KEVENT_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/waitable.h"
#include "someos/backends/kqueue/kqueue_constants.h"

namespace someos::select {

namespace internal {

// With the messages of Python's OverflowErrors.
absl::Status NegativeIdent();
absl::Status IdentTooBig();

template <typename Ident>
absl::StatusOr<KqIdent> CheckedIdent(const Ident& ident) {
  if constexpr (kIsDescriptorNumber<Ident>) {
    if constexpr (std::is_signed_v<Ident>) {
      if (ident < 0) return NegativeIdent();
    }
    if (static_cast<KqIdent>(ident) != static_cast<std::make_unsigned_t<Ident>>(ident)) {
      return IdentTooBig();
    }
    return static_cast<KqIdent>(ident);
  } else {
    const absl::StatusOr<int> fd = DescriptorOf(ident);
    if (!fd.ok()) return fd.status();
    return static_cast<KqIdent>(*fd);
  }
}

template <typename Ident>
KqIdent UncheckedIdent(const Ident& ident) {
  if constexpr (kIsDescriptorNumber<Ident>) {
    static_assert(sizeof(Ident) <= sizeof(KqIdent), "ident is wider than the kernel's: use Create");
    return static_cast<KqIdent>(ident);
  } else {
    return static_cast<KqIdent>(DescriptorOf(ident).value_or(-1));
  }
}

}  // namespace internal

// The fields of struct kevent with the system's types, and with Python's defaults, comparisons and
// text form. For their meanings see kqueue(2). A field keeps every value that its type can hold.
//
//   Kevent change(socket, kKqFilterWrite, kKqEvAdd | kKqEvOneshot);
//
// A plain value type. FreeBSD's `ext` is not among the fields: it is 0 in changes, and dropped from
// events.
struct Kevent {
  // What the filter watches: for most filters a descriptor, for others a process id, a signal
  // number or the number of a timer.
  KqIdent ident;
  KqFilter filter;  // kKqFilter...
  KqFlags flags;    // kKqEv...
  KqFflags fflags;  // kKqNote..., depending on the filter
  KqData data;      // depending on the filter: the bytes to read, a timer's period, an errno
  uintptr_t udata;  // a value of the caller; returned with each event

  // Watches nothing, and has no flags: to be assigned. As a change, Kqueue::Control refuses it with
  // EBADF.
  Kevent() : Kevent(static_cast<KqIdent>(-1), kKqFilterRead, 0) {}

  // `ident` is a waitable (see someos/api/waitable.h) or any other number that a filter takes.
  //
  // A constructor cannot fail where Python raises an exception (an ident that is negative or, like
  // that of a closed object, not a descriptor). Such an ident is converted as in C, -1 to the
  // highest number. No descriptor has that number, so Kqueue::Control returns EBADF. Create refuses
  // such an ident instead.
  template <typename Ident, std::enable_if_t<kIsWaitable<Ident>, int> = 0>
  explicit Kevent(const Ident& ident, KqFilter filter = kKqFilterRead, KqFlags flags = kKqEvAdd,
                  KqFflags fflags = 0, KqData data = 0, uintptr_t udata = 0)
      : ident(internal::UncheckedIdent(ident)),
        filter(filter),
        flags(flags),
        fflags(fflags),
        data(data),
        udata(udata) {}

  // The same with Python's checks. kOutOfRange (OverflowError): a number that is negative or does
  // not fit. kInvalidArgument (ValueError): an object whose descriptor is negative, for example
  // because it is closed, or a null pointer.
  template <typename Ident, std::enable_if_t<kIsWaitable<Ident>, int> = 0>
  static absl::StatusOr<Kevent> Create(const Ident& ident, KqFilter filter = kKqFilterRead,
                                       KqFlags flags = kKqEvAdd, KqFflags fflags = 0,
                                       KqData data = 0, uintptr_t udata = 0) {
    const absl::StatusOr<KqIdent> checked = internal::CheckedIdent(ident);
    if (!checked.ok()) return checked.status();
    return Kevent(*checked, filter, flags, fflags, data, udata);
  }

  // Converts from and to the kernel's struct.
  explicit Kevent(const struct ::kevent& raw);
  struct ::kevent Raw() const;

  // As Python prints it, on one line: "<select.kevent ident=5 filter=-1 flags=0x1 fflags=0x0
  // data=0x0 udata=0x0>".
  std::string ToString() const;

  // As Python compares: field by field in order, udata as a signed number.
  friend bool operator==(const Kevent& a, const Kevent& b) { return a.Key() == b.Key(); }
  friend bool operator!=(const Kevent& a, const Kevent& b) { return a.Key() != b.Key(); }
  friend bool operator<(const Kevent& a, const Kevent& b) { return a.Key() < b.Key(); }
  friend bool operator<=(const Kevent& a, const Kevent& b) { return a.Key() <= b.Key(); }
  friend bool operator>(const Kevent& a, const Kevent& b) { return a.Key() > b.Key(); }
  friend bool operator>=(const Kevent& a, const Kevent& b) { return a.Key() >= b.Key(); }

  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Kevent& event) {
    sink.Append(event.ToString());
  }
  friend std::ostream& operator<<(std::ostream& out, const Kevent& event) {
    return out << event.ToString();
  }

 private:
  std::tuple<KqIdent, KqFilter, KqFlags, KqFflags, KqData, intptr_t> Key() const {
    return {ident, filter, flags, fflags, data, static_cast<intptr_t>(udata)};
  }
};

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_KQUEUE_KEVENT_H_
