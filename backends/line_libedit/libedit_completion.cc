// Completion, which libedit's own interface leaves to its users.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_libedit/libedit_callbacks.h"
#include "someos/backends/line_libedit/libedit_engine.h"
#include "someos/backends/line_libedit/wide_text.h"
#include "someos/backends/line_plain/completion_columns.h"

namespace someos::line_libedit {

// Whether anything was completed or is to be listed.
bool LibeditEngine::Complete(int type) {
  if (!completer_) return false;
  const LineInfoW* const info = el_wline(editor_);
  const std::string before(
      Narrowed({info->buffer, static_cast<size_t>(info->cursor - info->buffer)}));
  const std::string text =
      before + Narrowed({info->cursor, static_cast<size_t>(info->lastchar - info->cursor)});
  CompletionRequest request;
  request.line = text;
  request.end = before.size();
  request.begin = before.find_last_of(delimiters_) + 1;  // npos + 1 is 0
  request.type = type;
  const std::string word(request.word());
  std::vector<std::string> matches = completer_(request);
  std::sort(matches.begin(), matches.end());
  matches.erase(std::unique(matches.begin(), matches.end()), matches.end());
  if (matches.empty()) return false;
  const std::string common = line_plain::CommonBeginning(matches, false);
  const bool longer = matches.size() == 1 ? common != word : common.size() > word.size();
  if (type == '\t' && longer) {
    el_deletestr(editor_, static_cast<int>(Widened(word).size()));
    el_winsertstr(editor_, Widened(common).c_str());
  } else if (type == '?' || matches.size() > 1) {
    // When libedit has shown what has become of the line.
    to_list_ = std::move(matches);
    listed_word_ = word;
  }
  return true;
}

void LibeditEngine::List() {
  const std::vector<std::string> matches = std::exchange(to_list_, {});
  int longest = 0;
  for (const std::string& match : matches)
    longest = std::max(longest, line_plain::TextWidth(match));
  const int cursor = MoveToEnd();
  Write("\r\n");
  if (display_) {
    display_(listed_word_, matches, longest);
  } else {
    Write(line_plain::InColumns(matches, width_));
  }
  el_cursor(editor_, cursor);
  erased_ = true;
  Redisplay();
}

}  // namespace someos::line_libedit
