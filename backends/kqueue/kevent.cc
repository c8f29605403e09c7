#include "someos/backends/kqueue/kevent.h"

#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"

namespace someos::select {

namespace internal {

absl::Status NegativeIdent() {
  return PlainStatus(absl::StatusCode::kOutOfRange, "can't convert negative value to size_t");
}

absl::Status IdentTooBig() {
  return PlainStatus(absl::StatusCode::kOutOfRange, "Python int too large to convert to C size_t");
}

}  // namespace internal

namespace {

using SystemUdata = decltype(internal::SystemKevent::udata);

// udata is a pointer or, on NetBSD before 10, a number. (Templates, because only in a template does
// `if constexpr` discard the cast that does not compile for the type.)
template <typename Udata>
uintptr_t FromUdata(Udata udata) {
  if constexpr (std::is_pointer_v<Udata>) {
    return reinterpret_cast<uintptr_t>(udata);
  } else {
    return static_cast<uintptr_t>(udata);
  }
}

template <typename Udata>
Udata ToUdata(uintptr_t udata) {
  if constexpr (std::is_pointer_v<Udata>) {
    return reinterpret_cast<Udata>(udata);
  } else {
    return static_cast<Udata>(udata);
  }
}

}  // namespace

// Copies the fields: macOS packs struct kevent, so references must not be bound to them.
Kevent::Kevent(const struct ::kevent& raw)
    : Kevent(KqIdent{raw.ident}, raw.filter, raw.flags, raw.fflags, raw.data,
             FromUdata<SystemUdata>(raw.udata)) {}

struct ::kevent Kevent::Raw() const {
  struct ::kevent raw = {};
  raw.ident = ident;
  raw.filter = filter;
  raw.flags = flags;
  raw.fflags = fflags;
  raw.data = data;
  raw.udata = ToUdata<SystemUdata>(udata);
  return raw;
}

std::string Kevent::ToString() const {
  return absl::StrCat("<select.kevent ident=", ident, " filter=", static_cast<int>(filter),
                      " flags=0x", absl::Hex(static_cast<unsigned>(flags)), " fflags=0x",
                      absl::Hex(fflags), " data=0x", absl::Hex(static_cast<uint64_t>(data)),
                      " udata=0x", absl::Hex(udata), ">");
}

}  // namespace someos::select
