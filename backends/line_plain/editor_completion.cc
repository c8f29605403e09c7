// Functions of the editor that complete words, and those that end the line.

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_plain/completion_columns.h"
#include "someos/backends/line_plain/editor.h"
#include "someos/backends/line_plain/editor_function.h"

namespace someos::line_plain {

using Function = EditorFunction;

bool Editor::Complete(Function function) {
  switch (function) {
    case Function::kAcceptLine:
      Finish(Outcome::kLine);
      return true;
    case Function::kAbort:
      Bell();
      return true;
    case Function::kClearScreen:
      screen_.Erase(out_);
      absl::StrAppend(&out_, "\033[H\033[2J");
      return true;
    case Function::kRedrawCurrentLine:
      screen_.Erase(out_);
      return true;
    case Function::kComplete:
      CompleteWord(environment_.settings.show_all_if_ambiguous);
      return true;
    case Function::kPossibleCompletions:
    case Function::kInsertCompletions: {
      const bool inserts = function == Function::kInsertCompletions;
      CompletionRequest request = WordToComplete(inserts ? '*' : '?');
      const std::vector<std::string> matches = Matches(request);
      if (matches.empty()) {
        Bell();
      } else if (inserts) {
        line_.Replace(request.begin, request.end, absl::StrCat(absl::StrJoin(matches, " "), " "));
      } else {
        List(request, matches);
      }
      return true;
    }
    default:
      return false;
  }
}

CompletionRequest Editor::WordToComplete(int type) const {
  CompletionRequest request;
  request.line = line_.text();
  request.end = line_.cursor();
  request.type = type;
  const size_t delimiter =
      request.line.substr(0, request.end).find_last_of(environment_.delimiters);
  request.begin = delimiter == absl::string_view::npos ? 0 : delimiter + 1;
  return request;
}

std::vector<std::string> Editor::Matches(CompletionRequest& request) {
  if (!environment_.completer) return {};
  // A copy: the function may change the line.
  const std::string line(request.line);
  CompletionRequest copy = request;
  copy.line = line;
  std::vector<std::string> matches = environment_.completer(copy);
  request.line = line_.text();
  request.begin = std::min(request.begin, line_.cursor());
  request.end = line_.cursor();
  std::sort(matches.begin(), matches.end());
  matches.erase(std::unique(matches.begin(), matches.end()), matches.end());
  return matches;
}

void Editor::CompleteWord(bool list_at_once) {
  CompletionRequest request = WordToComplete(list_at_once ? '!' : '\t');
  const std::vector<std::string> matches = Matches(request);
  if (matches.empty()) return Bell();
  const std::string common = CommonBeginning(matches, environment_.settings.completion_ignore_case);
  const std::string word(request.word());
  const bool longer = matches.size() == 1 ? common != word : common.size() > word.size();
  if (longer) line_.Replace(request.begin, request.end, common);
  if (matches.size() == 1) return;
  const bool again = last_function_ == Function::kComplete && !longer;
  if (!list_at_once && !again) return Bell();
  List(WordToComplete(request.type), matches);
}

void Editor::List(const CompletionRequest& request, const std::vector<std::string>& matches) {
  const size_t most = environment_.settings.completion_query_items;
  if (environment_.display) {
    int longest = 0;
    for (const std::string& match : matches) longest = std::max(longest, TextWidth(match));
    const std::string word(request.word());
    WriteBelow("");
    environment_.display(word, matches, longest);
  } else if (most > 0 && matches.size() > most && counted_ != matches.size()) {
    counted_ = matches.size();
    WriteBelow(absl::StrCat(matches.size(), " possibilities; once more to see them\n"));
  } else {
    counted_ = 0;
    WriteBelow(InColumns(matches, width_));
  }
}

}  // namespace someos::line_plain
