#include "someos/backends/kqueue/kqueue_constants.h"

#include <vector>

#include "absl/strings/str_cat.h"

namespace someos::select {
namespace {

// Groups of filters whose notes have the same meanings.
enum class Family { kNone, kIo, kVnode, kProc, kNetdev, kTimer, kDevice, kUser };

struct Note {
  Family family;
  Constant constant;
};

constexpr Constant kFilters[] = {
#define SOMEOS_KQ_FILTER(name, python_name, macro) {python_name, name},
#include "someos/backends/kqueue/kqueue_constants.inc"
};

constexpr Constant kFlagBits[] = {
#define SOMEOS_KQ_EV(name, python_name, macro) {python_name, name},
#include "someos/backends/kqueue/kqueue_constants.inc"
};

constexpr Note kNotes[] = {
#define SOMEOS_KQ_NOTE(family, name, python_name, macro) {Family::family, {python_name, name}},
#include "someos/backends/kqueue/kqueue_constants.inc"
};

Family FamilyOf(KqFilter filter) {
  switch (filter) {
    case EVFILT_READ:
    case EVFILT_WRITE:
#ifdef EVFILT_EXCEPT
    case EVFILT_EXCEPT:
#endif
      return Family::kIo;
#ifdef EVFILT_VNODE
    case EVFILT_VNODE:
      return Family::kVnode;
#endif
#ifdef EVFILT_PROC
    case EVFILT_PROC:
      return Family::kProc;
#endif
#ifdef EVFILT_PROCDESC
    case EVFILT_PROCDESC:
      return Family::kProc;
#endif
#ifdef EVFILT_NETDEV
    case EVFILT_NETDEV:
      return Family::kNetdev;
#endif
    case EVFILT_TIMER:
      return Family::kTimer;
#ifdef EVFILT_DEVICE
    case EVFILT_DEVICE:
      return Family::kDevice;
#endif
#ifdef EVFILT_USER
    case EVFILT_USER:
      return Family::kUser;
#endif
    default:
      return Family::kNone;
  }
}

}  // namespace

std::string KqFilterName(KqFilter filter) {
  for (const Constant& constant : kFilters) {
    if (constant.value == filter) return constant.name;
  }
  return absl::StrCat(filter);
}

std::string KqEvNames(KqFlags flags) { return MaskNames(kFlagBits, flags); }

std::string KqNoteNames(KqFilter filter, KqFflags fflags) {
  const Family family = FamilyOf(filter);
  std::vector<Constant> bits;
  for (const Note& note : kNotes) {
    if (note.family == family) bits.push_back(note.constant);
  }
  return MaskNames(bits, fflags);
}

}  // namespace someos::select
