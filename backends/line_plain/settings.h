// What an inputrc file sets, besides keys.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_SETTINGS_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_SETTINGS_H_

#include <cstddef>
#include <limits>

#include "absl/time/time.h"

namespace someos::line_plain {

// GNU readline's variables of these names, and its defaults.
struct Settings {
  bool audible_bell = true;  // bell-style: "none" is false
  bool enable_bracketed_paste = true;
  bool completion_ignore_case = false;
  bool show_all_if_ambiguous = false;
  // More candidates are counted, not listed, at the first attempt. 0: no limit.
  size_t completion_query_items = 100;
  size_t history_size = std::numeric_limits<size_t>::max();
  // How long after the first byte of a key that is ambiguous its other bytes may come.
  absl::Duration keyseq_timeout = absl::Milliseconds(500);
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_SETTINGS_H_
