#include "someos/api/readline/history.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/api/readline/history_format.h"
#include "someos/backends/line_base/text_file.h"

namespace someos {
namespace {

absl::Status CheckText(absl::string_view text) {
  if (text.find('\0') == absl::string_view::npos) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kInvalidArgument, "history: embedded null character");
}

absl::Status NoSuchIndex(size_t index) {
  return PlainStatus(absl::StatusCode::kOutOfRange,
                     absl::StrCat("No history item at position ", index));
}

}  // namespace

absl::Status History::Add(absl::string_view text, absl::Time time) {
  absl::Status status = CheckText(text);
  if (!status.ok()) return status;
  entries_.push_back({std::string(text), std::max<int64_t>(absl::ToUnixSeconds(time), 0)});
  DropOldest();
  return absl::OkStatus();
}

absl::Time History::time(size_t index) const {
  const int64_t seconds = entries_[index].seconds;
  return seconds == 0 ? absl::InfinitePast() : absl::FromUnixSeconds(seconds);
}

absl::Status History::Remove(size_t index) {
  if (index >= size()) return NoSuchIndex(index);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  return absl::OkStatus();
}

absl::Status History::Replace(size_t index, absl::string_view text) {
  if (index >= size()) return NoSuchIndex(index);
  absl::Status status = CheckText(text);
  if (status.ok()) entries_[index].text = std::string(text);
  return status;
}

void History::SetMaxSize(size_t max_size) {
  max_size_ = max_size;
  DropOldest();
}

void History::DropOldest() {
  while (entries_.size() > max_size_) entries_.pop_front();
}

absl::Status History::Read(const std::string& path) {
  const absl::StatusOr<std::string> contents = line_base::ReadTextFile(path);
  if (!contents.ok()) return contents.status();
  std::vector<HistoryEntry> entries = ParseHistory(*contents);
  std::move(entries.begin(), entries.end(), std::back_inserter(entries_));
  DropOldest();
  return absl::OkStatus();
}

absl::Status History::Write(const std::string& path, const HistoryFileOptions& options) const {
  std::string contents(HistoryHeader(options.format));
  for (const HistoryEntry& entry : entries_) AppendHistoryEntry(entry, options.format, contents);
  if (options.max_lines != kUnlimited) contents = LastHistoryLines(contents, options.max_lines);
  return line_base::ReplaceTextFile(path, contents);
}

absl::Status History::Append(const std::string& path, size_t count,
                             const HistoryFileOptions& options) const {
  const auto last = static_cast<std::ptrdiff_t>(std::min(count, size()));
  const auto addition = [&](absl::string_view beginning) {
    const HistoryFormat format = beginning.empty() ? options.format : HistoryFormatOf(beginning);
    std::string lines(beginning.empty() ? HistoryHeader(format) : "");
    for (auto entry = entries_.end() - last; entry != entries_.end(); ++entry) {
      AppendHistoryEntry(*entry, format, lines);
    }
    return lines;
  };
  return line_base::AppendToTextFile(
      path, options.create ? line_base::IfMissing::kCreate : line_base::IfMissing::kFail, addition);
}

absl::Status History::Truncate(const std::string& path, size_t lines) {
  return line_base::EditTextFile(
      path, [&](absl::string_view contents) { return LastHistoryLines(contents, lines); });
}

}  // namespace someos
