#include "someos/backends/kqueue/kqueue_constants.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "gtest/gtest.h"
#include "someos/api/constant.h"

namespace someos::select {
namespace {

static_assert(FindConstant(kKqueueConstants, "KQ_FILTER_READ") == EVFILT_READ);
static_assert(FindConstant(kKqueueConstants, "KQ_NO_SUCH_THING") == std::nullopt);

TEST(KqueueConstantsTest, WhatPythonHasEverywhereIsThere) {
  for (const char* name :
       {"KQ_FILTER_READ", "KQ_FILTER_WRITE",  "KQ_FILTER_AIO",     "KQ_FILTER_VNODE",
        "KQ_FILTER_PROC", "KQ_FILTER_SIGNAL", "KQ_FILTER_TIMER",   "KQ_EV_ADD",
        "KQ_EV_DELETE",   "KQ_EV_ENABLE",     "KQ_EV_DISABLE",     "KQ_EV_ONESHOT",
        "KQ_EV_CLEAR",    "KQ_EV_SYSFLAGS",   "KQ_EV_FLAG1",       "KQ_EV_EOF",
        "KQ_EV_ERROR",    "KQ_NOTE_DELETE",   "KQ_NOTE_WRITE",     "KQ_NOTE_EXTEND",
        "KQ_NOTE_ATTRIB", "KQ_NOTE_LINK",     "KQ_NOTE_RENAME",    "KQ_NOTE_EXIT",
        "KQ_NOTE_FORK",   "KQ_NOTE_EXEC",     "KQ_NOTE_PCTRLMASK", "KQ_NOTE_PDATAMASK",
        "KQ_NOTE_TRACK",  "KQ_NOTE_CHILD",    "KQ_NOTE_TRACKERR"}) {
    EXPECT_TRUE(FindConstant(kKqueueConstants, name).has_value()) << name;
  }
}

TEST(KqueueConstantsTest, NoNameStandsTwice) {
  std::set<std::string> names;
  for (const Constant& constant : kKqueueConstants) {
    EXPECT_TRUE(names.insert(constant.name).second) << constant.name;
  }
}

TEST(KqueueConstantsTest, ValuesAreTheSystemsOwn) {
  EXPECT_EQ(kKqFilterRead, EVFILT_READ);
  EXPECT_EQ(kKqFilterTimer, EVFILT_TIMER);
  EXPECT_EQ(kKqEvOneshot, EV_ONESHOT);
  EXPECT_EQ(kKqEvSysflags, EV_SYSFLAGS);
  EXPECT_EQ(kKqNoteExit, NOTE_EXIT);
  // A signed int on macOS, and in Python: not widened as if it were unsigned.
  EXPECT_EQ(kKqNotePctrlmask, static_cast<int64_t>(NOTE_PCTRLMASK));
}

TEST(KqueueConstantsTest, FiltersHaveNames) {
  EXPECT_EQ(KqFilterName(kKqFilterRead), "KQ_FILTER_READ");
  EXPECT_EQ(KqFilterName(kKqFilterSignal), "KQ_FILTER_SIGNAL");
  EXPECT_EQ(KqFilterName(77), "77");
}

TEST(KqueueConstantsTest, FlagsHaveNamesAndMasksOfThemHaveNone) {
  EXPECT_EQ(KqEvNames(0), "0");
  EXPECT_EQ(KqEvNames(kKqEvAdd | kKqEvClear), "KQ_EV_ADD|KQ_EV_CLEAR");
  EXPECT_EQ(KqEvNames(kKqEvEof | kKqEvError), "KQ_EV_EOF|KQ_EV_ERROR");
  EXPECT_EQ(KqEvNames(0xffff).find("KQ_EV_SYSFLAGS"), std::string::npos);
}

TEST(KqueueConstantsTest, NotesAreNamedAsTheirFilterMeansThem) {
  EXPECT_EQ(KqNoteNames(kKqFilterVnode, kKqNoteDelete | kKqNoteRename),
            "KQ_NOTE_DELETE|KQ_NOTE_RENAME");
  EXPECT_EQ(KqNoteNames(kKqFilterProc, kKqNoteTrack | kKqNoteExit), "KQ_NOTE_EXIT|KQ_NOTE_TRACK");
#ifdef NOTE_LOWAT
  EXPECT_EQ(KqNoteNames(kKqFilterRead, kKqNoteLowat), "KQ_NOTE_LOWAT");
  EXPECT_EQ(KqNoteNames(kKqFilterWrite, kKqNoteLowat), "KQ_NOTE_LOWAT");
#endif
  EXPECT_EQ(KqNoteNames(kKqFilterRead, 0), "0");
  EXPECT_EQ(KqNoteNames(kKqFilterWrite, 0), "0");
  EXPECT_EQ(KqNoteNames(kKqFilterSignal, 1), "0x1");
#ifdef EVFILT_NETDEV
  EXPECT_EQ(KqNoteNames(EVFILT_NETDEV, 0), "0");
#endif
#if defined(EVFILT_USER) && defined(NOTE_FFCOPY)
  EXPECT_EQ(KqNoteNames(kKqFilterUser, NOTE_FFCOPY | NOTE_TRIGGER),
            "KQ_NOTE_FFCOPY|KQ_NOTE_TRIGGER");
#endif
#ifdef NOTE_NSECONDS
  EXPECT_EQ(KqNoteNames(kKqFilterTimer, NOTE_NSECONDS), "KQ_NOTE_NSECONDS");
#endif
}

}  // namespace
}  // namespace someos::select
