// Any bytes are a history. In each format, the entries are the same when they have been written and
// read again; what is cut off at the front leaves the last entries.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "someos/api/readline/history_format.h"

namespace someos {
namespace {

void Check(bool holds, absl::string_view what) {
  if (holds) return;
  std::cerr << what << "\n" << std::flush;
  std::abort();
}

std::string Written(const std::vector<HistoryEntry>& entries, HistoryFormat format) {
  std::string contents(HistoryHeader(format));
  for (const HistoryEntry& entry : entries) AppendHistoryEntry(entry, format, contents);
  return contents;
}

void RunOn(absl::string_view bytes) {
  const std::vector<HistoryEntry> entries = ParseHistory(bytes);
  for (const HistoryEntry& entry : entries) {
    Check(!absl::StrContains(entry.text, '\0'), "a NUL byte");
  }
  for (const HistoryFormat format : {HistoryFormat::kTimed, HistoryFormat::kEditline}) {
    const std::string written = Written(entries, format);
    const std::vector<HistoryEntry> again = ParseHistory(written);
    Check(again.size() == entries.size(), "entries were lost");
    Check(Written(again, format) == written, "written otherwise");
    if (format == HistoryFormat::kTimed || entries.empty()) continue;
    for (size_t i = 0; i < entries.size(); ++i) {
      Check(again[i].text == entries[i].text, "an entry has changed");
    }
    const std::vector<HistoryEntry> last = ParseHistory(LastHistoryLines(written, 1));
    Check(last.size() == 1 && last[0].text == entries.back().text, "not the last entry");
  }
  for (const size_t lines : {size_t{0}, size_t{1}, size_t{7}}) {
    Check(ParseHistory(LastHistoryLines(bytes, lines)).size() <= lines, "too many lines");
  }
}

}  // namespace
}  // namespace someos

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::RunOn(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
