// What keys can be bound to.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_FUNCTION_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_FUNCTION_H_

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace someos::line_plain {

// Functions of GNU readline, named and working as there. kInsertNewline is this editor's own.
enum class EditorFunction : uint8_t {
  kAbort,
  kAcceptLine,
  kBackwardChar,
  kBackwardDeleteChar,
  kBackwardKillLine,
  kBackwardKillWord,
  kBackwardWord,
  kBeginningOfHistory,
  kBeginningOfLine,
  kCapitalizeWord,
  kClearScreen,
  kComplete,
  kDeleteChar,
  kDeleteHorizontalSpace,
  kDowncaseWord,
  kEndOfFile,
  kEndOfHistory,
  kEndOfLine,
  kExchangePointAndMark,
  kForwardChar,
  kForwardSearchHistory,
  kForwardWord,
  kHistorySearchBackward,
  kHistorySearchForward,
  kInsertCompletions,
  kInsertNewline,
  kKillLine,
  kKillRegion,
  kKillWholeLine,
  kKillWord,
  kNextHistory,
  kPossibleCompletions,
  kPreviousHistory,
  kQuotedInsert,
  kRedrawCurrentLine,
  kReverseSearchHistory,
  kRevertLine,
  kSelfInsert,
  kSetMark,
  kTabInsert,
  kTransposeChars,
  kTransposeWords,
  kUndo,
  kUnixLineDiscard,
  kUnixWordRubout,
  kUpcaseWord,
  kYank,
  kYankLastArg,
  kYankPop,
};

// "beginning-of-line"
absl::string_view EditorFunctionName(EditorFunction function);

// nullopt: no function has this name. Capitals do not matter.
std::optional<EditorFunction> FindEditorFunction(absl::string_view name);

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_EDITOR_FUNCTION_H_
