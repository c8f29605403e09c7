#include "someos/backends/line_plain/editor_function.h"

#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace someos::line_plain {
namespace {

struct Named {
  EditorFunction function;
  absl::string_view name;
};

constexpr Named kFunctions[] = {
    {EditorFunction::kAbort, "abort"},
    {EditorFunction::kAcceptLine, "accept-line"},
    {EditorFunction::kBackwardChar, "backward-char"},
    {EditorFunction::kBackwardDeleteChar, "backward-delete-char"},
    {EditorFunction::kBackwardKillLine, "backward-kill-line"},
    {EditorFunction::kBackwardKillWord, "backward-kill-word"},
    {EditorFunction::kBackwardWord, "backward-word"},
    {EditorFunction::kBeginningOfHistory, "beginning-of-history"},
    {EditorFunction::kBeginningOfLine, "beginning-of-line"},
    {EditorFunction::kCapitalizeWord, "capitalize-word"},
    {EditorFunction::kClearScreen, "clear-screen"},
    {EditorFunction::kComplete, "complete"},
    {EditorFunction::kDeleteChar, "delete-char"},
    {EditorFunction::kDeleteHorizontalSpace, "delete-horizontal-space"},
    {EditorFunction::kDowncaseWord, "downcase-word"},
    {EditorFunction::kEndOfFile, "end-of-file"},
    {EditorFunction::kEndOfHistory, "end-of-history"},
    {EditorFunction::kEndOfLine, "end-of-line"},
    {EditorFunction::kExchangePointAndMark, "exchange-point-and-mark"},
    {EditorFunction::kForwardChar, "forward-char"},
    {EditorFunction::kForwardSearchHistory, "forward-search-history"},
    {EditorFunction::kForwardWord, "forward-word"},
    {EditorFunction::kHistorySearchBackward, "history-search-backward"},
    {EditorFunction::kHistorySearchForward, "history-search-forward"},
    {EditorFunction::kInsertCompletions, "insert-completions"},
    {EditorFunction::kInsertNewline, "insert-newline"},
    {EditorFunction::kKillLine, "kill-line"},
    {EditorFunction::kKillRegion, "kill-region"},
    {EditorFunction::kKillWholeLine, "kill-whole-line"},
    {EditorFunction::kKillWord, "kill-word"},
    {EditorFunction::kNextHistory, "next-history"},
    {EditorFunction::kPossibleCompletions, "possible-completions"},
    {EditorFunction::kPreviousHistory, "previous-history"},
    {EditorFunction::kQuotedInsert, "quoted-insert"},
    {EditorFunction::kRedrawCurrentLine, "redraw-current-line"},
    {EditorFunction::kReverseSearchHistory, "reverse-search-history"},
    {EditorFunction::kRevertLine, "revert-line"},
    {EditorFunction::kSelfInsert, "self-insert"},
    {EditorFunction::kSetMark, "set-mark"},
    {EditorFunction::kTabInsert, "tab-insert"},
    {EditorFunction::kTransposeChars, "transpose-chars"},
    {EditorFunction::kTransposeWords, "transpose-words"},
    {EditorFunction::kUndo, "undo"},
    {EditorFunction::kUnixLineDiscard, "unix-line-discard"},
    {EditorFunction::kUnixWordRubout, "unix-word-rubout"},
    {EditorFunction::kUpcaseWord, "upcase-word"},
    {EditorFunction::kYank, "yank"},
    {EditorFunction::kYankLastArg, "yank-last-arg"},
    {EditorFunction::kYankPop, "yank-pop"},
};

}  // namespace

absl::string_view EditorFunctionName(EditorFunction function) {
  for (const Named& each : kFunctions) {
    if (each.function == function) return each.name;
  }
  return "";
}

std::optional<EditorFunction> FindEditorFunction(absl::string_view name) {
  for (const Named& each : kFunctions) {
    if (absl::EqualsIgnoreCase(each.name, name)) return each.function;
  }
  return std::nullopt;
}

}  // namespace someos::line_plain
