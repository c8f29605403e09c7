// The constants of kqueue(2): kKqFilterRead for Python's KQ_FILTER_READ, kKqEvAdd for KQ_EV_ADD,
// kKqNoteLowat for KQ_NOTE_LOWAT.
//
// All names and values are in kqueue_constants.inc, one line for each. This header generates both
// the constants and their table from that list. A constant exists if the system's <sys/event.h> has
// its macro; FindConstant(kKqueueConstants, ...) checks this at compile time. Filters and flags
// that Python does not have (KQ_FILTER_USER, KQ_EV_DISPATCH) are named by the same pattern.
//
// Source: the system's kqueue(2), and the Python library's section on "Kevent Objects".

#ifndef SOMEOS_BACKENDS_KQUEUE_KQUEUE_CONSTANTS_H_
#define SOMEOS_BACKENDS_KQUEUE_KQUEUE_CONSTANTS_H_

// <sys/event.h> needs <sys/types.h> before it on FreeBSD and OpenBSD, and libkqueue's <time.h>.
// clang-format off
#include <sys/types.h>
#include <time.h>
#include <sys/event.h>
// clang-format on

#include <cstdint>
#include <string>

#include "someos/api/constant.h"

namespace someos::select {

namespace internal {
using SystemKevent = struct ::kevent;
}

// The types of the fields of struct kevent, which differ between systems: NetBSD has unsigned
// filters and 32-bit flags; FreeBSD and OpenBSD have 64-bit data even on 32-bit machines.
using KqIdent = decltype(internal::SystemKevent::ident);
using KqFilter = decltype(internal::SystemKevent::filter);
using KqFlags = decltype(internal::SystemKevent::flags);
using KqFflags = decltype(internal::SystemKevent::fflags);
using KqData = decltype(internal::SystemKevent::data);

// The constants. Filters, flags and notes have the type of their field. Masks of notes are 64 bits
// wide, because KQ_NOTE_PCTRLMASK is negative on macOS, as in Python.
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"  // macOS's NOTE_REAP
#endif
#define SOMEOS_KQ_FILTER(name, python_name, macro) inline constexpr KqFilter name = macro;
#define SOMEOS_KQ_EV(name, python_name, macro) inline constexpr KqFlags name = macro;
#define SOMEOS_KQ_EV_MASK(name, python_name, macro) inline constexpr KqFlags name = macro;
#define SOMEOS_KQ_NOTE(family, name, python_name, macro) inline constexpr KqFflags name = macro;
#define SOMEOS_KQ_NOTE_MASK(name, python_name, macro) inline constexpr int64_t name = macro;
#include "someos/backends/kqueue/kqueue_constants.inc"
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

// All of the above, by Python's names.
inline constexpr Constant kKqueueConstants[] = {
#define SOMEOS_KQ_FILTER(name, python_name, macro) {python_name, name},
#define SOMEOS_KQ_EV(name, python_name, macro) {python_name, name},
#define SOMEOS_KQ_EV_MASK(name, python_name, macro) {python_name, name},
#define SOMEOS_KQ_NOTE(family, name, python_name, macro) {python_name, name},
#define SOMEOS_KQ_NOTE_MASK(name, python_name, macro) {python_name, name},
#include "someos/backends/kqueue/kqueue_constants.inc"
};

// "KQ_FILTER_READ"; for a filter without a name, its number.
std::string KqFilterName(KqFilter filter);

// "KQ_EV_ADD|KQ_EV_CLEAR", or "0"; bits without a name come last, in hexadecimal.
std::string KqEvNames(KqFlags flags);

// "KQ_NOTE_WRITE|KQ_NOTE_RENAME". The meaning of a bit depends on the filter. In an event of
// KQ_FILTER_READ or WRITE with KQ_EV_EOF, fflags is not a mask, but the errno of a socket.
std::string KqNoteNames(KqFilter filter, KqFflags fflags);

}  // namespace someos::select

#endif  // SOMEOS_BACKENDS_KQUEUE_KQUEUE_CONSTANTS_H_
