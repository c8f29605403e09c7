// The formats of history files.

#ifndef SOMEOS_API_READLINE_HISTORY_FORMAT_H_
#define SOMEOS_API_READLINE_HISTORY_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

enum class HistoryFormat {
  // GNU readline's with times, as bash writes it: "#" and the seconds since 1970 on a line before
  // each entry, which may have several lines.
  kTimed,
  // GNU readline's without times, as Python writes it: a line is an entry. One that has several
  // lines is read back as several.
  kPlain,
  // libedit's: a first line "_HiStOrY_V2_"; special characters, and blanks, are escaped.
  kEditline,
};

struct HistoryEntry {
  std::string text;
  int64_t seconds = 0;  // since 1970; 0: not known
};

// The format of a file, by its first line. An empty one is kPlain.
HistoryFormat HistoryFormatOf(absl::string_view contents);

// The entries of a file, in whatever format, the oldest first. Any bytes are a history:
//
// - A last line without a newline is dropped: it is what remained of a longer one, which could mean
//   something else. GNU readline does the same.
// - NUL bytes, which a crash of the machine leaves in files, are dropped.
// - Of a plain file, empty lines and carriage returns before a newline are dropped, as by GNU
//   readline. Lines of a timed file before the first time, and those of one that was appended to by
//   a program that writes no times, belong to an entry all the same.
// - An escape that libedit does not write is taken as it is.
std::vector<HistoryEntry> ParseHistory(absl::string_view contents);

// The line that a file of this format begins with; empty for the others than kEditline.
absl::string_view HistoryHeader(HistoryFormat format);

// Appends the entry as it stands in a file of this format.
//
// A line of a kTimed entry, other than its first, that consists of "#" and digits would be taken
// for a time, and one of a kPlain file, which may become its first, would make it a kTimed one: it
// gets a blank at its end. So does libedit's header.
void AppendHistoryEntry(const HistoryEntry& entry, HistoryFormat format, std::string& contents);

// The end of a file that has `lines` lines at most. Lines with times and libedit's header do not
// count; an entry of a timed file is there as a whole or not at all.
std::string LastHistoryLines(absl::string_view contents, size_t lines);

}  // namespace someos

#endif  // SOMEOS_API_READLINE_HISTORY_FORMAT_H_
