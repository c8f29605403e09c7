#include "someos/api/readline/history_format.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "someos/api/readline/editline_escapes.h"

namespace someos {
namespace {

constexpr absl::string_view kEditlineHeader = "_HiStOrY_V2_\n";

// Takes the first line off, without its newline. False if there is no complete one.
bool TakeLine(absl::string_view& contents, absl::string_view& line) {
  const size_t end = contents.find('\n');
  if (end == absl::string_view::npos) return false;
  line = contents.substr(0, end);
  contents.remove_prefix(end + 1);
  return true;
}

// Whether the line is "#1700000000". GNU readline takes "#1 and more" for a time as well, and loses
// it.
bool IsTime(absl::string_view line, int64_t& seconds) {
  if (line.size() < 2 || line[0] != '#') return false;
  line.remove_prefix(1);
  return std::all_of(line.begin(), line.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(line, &seconds);
}

std::string WithoutNul(absl::string_view line) {
  std::string text(line);
  // Almost no line has any, and memchr(3) is faster than std::remove.
  if (line.find('\0') != absl::string_view::npos) {
    text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  }
  return text;
}

std::vector<HistoryEntry> ParsePlain(absl::string_view contents) {
  std::vector<HistoryEntry> entries;
  absl::string_view line;
  while (TakeLine(contents, line)) {
    if (absl::EndsWith(line, "\r")) line.remove_suffix(1);
    if (line.empty()) continue;
    HistoryEntry& entry = entries.emplace_back();
    entry.text = WithoutNul(line);
    if (entry.text.empty()) entries.pop_back();
  }
  return entries;
}

std::vector<HistoryEntry> ParseTimed(absl::string_view contents) {
  std::vector<HistoryEntry> entries;
  absl::string_view line;
  int64_t seconds = 0;
  // The line after a time is always one of an entry, even if it looks like a time.
  bool begins = false;
  while (TakeLine(contents, line)) {
    if (!begins && IsTime(line, seconds)) {
      begins = true;
    } else if (begins) {
      entries.push_back({WithoutNul(line), seconds});
      begins = false;
    } else {
      absl::StrAppend(&entries.back().text, "\n", WithoutNul(line));
    }
  }
  return entries;
}

std::vector<HistoryEntry> ParseEditline(absl::string_view contents) {
  std::vector<HistoryEntry> entries;
  absl::string_view line;
  TakeLine(contents, line);
  while (TakeLine(contents, line)) {
    entries.push_back({WithoutNul(internal::UnescapeEditline(line)), 0});
  }
  return entries;
}

// Appends the lines of a text; with a blank at its end, one that would be taken for something else.
// `first_is_safe`: the first one cannot.
void AppendLines(absl::string_view text, bool first_is_safe, std::string& contents) {
  bool safe = first_is_safe;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    int64_t time;
    const bool misleads = IsTime(line, time) || line == absl::StripSuffix(kEditlineHeader, "\n");
    absl::StrAppend(&contents, line, !safe && misleads ? " \n" : "\n");
    safe = false;
  }
}

void AppendTimed(const HistoryEntry& entry, std::string& contents) {
  absl::StrAppend(&contents, "#", std::max<int64_t>(entry.seconds, 0), "\n");
  AppendLines(entry.text, true, contents);
}

// The first byte of the last `lines` lines.
size_t LastLines(absl::string_view contents, size_t lines) {
  size_t from = contents.size();
  for (; lines > 0 && from > 0; --lines) {
    const size_t before = from >= 2 ? contents.rfind('\n', from - 2) : absl::string_view::npos;
    from = before == absl::string_view::npos ? 0 : before + 1;
  }
  return from;
}

}  // namespace

HistoryFormat HistoryFormatOf(absl::string_view contents) {
  if (absl::StartsWith(contents, kEditlineHeader)) return HistoryFormat::kEditline;
  const absl::string_view line = contents.substr(0, contents.find('\n'));
  int64_t seconds;
  return IsTime(line, seconds) ? HistoryFormat::kTimed : HistoryFormat::kPlain;
}

std::vector<HistoryEntry> ParseHistory(absl::string_view contents) {
  switch (HistoryFormatOf(contents)) {
    case HistoryFormat::kTimed:
      return ParseTimed(contents);
    case HistoryFormat::kEditline:
      return ParseEditline(contents);
    case HistoryFormat::kPlain:
      break;
  }
  return ParsePlain(contents);
}

absl::string_view HistoryHeader(HistoryFormat format) {
  return format == HistoryFormat::kEditline ? kEditlineHeader : "";
}

void AppendHistoryEntry(const HistoryEntry& entry, HistoryFormat format, std::string& contents) {
  switch (format) {
    case HistoryFormat::kTimed:
      AppendTimed(entry, contents);
      break;
    case HistoryFormat::kEditline:
      absl::StrAppend(&contents, internal::EscapeEditline(entry.text), "\n");
      break;
    case HistoryFormat::kPlain:
      AppendLines(entry.text, false, contents);
      break;
  }
}

std::string LastHistoryLines(absl::string_view contents, size_t lines) {
  const HistoryFormat format = HistoryFormatOf(contents);
  if (format != HistoryFormat::kTimed) {
    const absl::string_view header = HistoryHeader(format);
    const absl::string_view entries = contents.substr(header.size());
    return absl::StrCat(header, entries.substr(LastLines(entries, lines)));
  }
  const std::vector<HistoryEntry> entries = ParseTimed(contents);
  size_t first = entries.size();
  for (; first > 0; --first) {
    const std::string& text = entries[first - 1].text;
    const size_t needs = 1 + static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    if (needs > lines) break;
    lines -= needs;
  }
  std::string last;
  for (; first < entries.size(); ++first) AppendTimed(entries[first], last);
  return last;
}

}  // namespace someos
