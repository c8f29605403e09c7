// The facade: the header that users include. The build decides which backends are linked (see
// //platforms); the functions below list them.
//
// Namespace someos has the LineEditor and the History, the same on every backend. Namespace
// someos::readline is Python's readline module. api/readline/README.md maps Python's names to the
// C++ names.

#ifndef SOMEOS_API_READLINE_H_
#define SOMEOS_API_READLINE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/line_editor.h"
#include "someos/api/linked_lines.h"
#include "someos/api/readline/history.h"

namespace someos {

// The backends of LineEditor linked into this program, the build's default first.
absl::Span<const LineBackend* const> LinkedLineBackends();

// The linked backend of this name.
//
// kNotFound: the name is not linked, or unknown; the message lists the linked ones.
absl::StatusOr<const LineBackend*> FindLineBackend(absl::string_view name);

// An editor of the default backend.
std::unique_ptr<LineEditor> NewLineEditor(const LineEditorOptions& options = {});

// Python's module, on an editor that the whole process has. One thread at a time may use it;
// LineEditor::Print is for all.
namespace readline {

// The match number `state` for `text`, from 0 on; nullopt behind the last one.
using CompleterFunction =
    std::function<std::optional<std::string>(absl::string_view text, int state)>;
using Hook = std::function<void()>;

// The editor: at first one at standard input and output, which has read $INPUTRC, ~/.inputrc or
// /etc/inputrc, the first of them that there is; for libedit, $EDITRC or ~/.editrc.
LineEditor& Editor();
// Replaces the editor; nullptr: by one at standard input and output, without an init file. What was
// set by the functions below is lost, but the history is kept.
void SetEditor(std::unique_ptr<LineEditor> editor);

// Python's built-in input(): a line, with the history, the completer and the hooks.
//
// The errors of LineEditor::ReadLine; kOutOfRange is Python's EOFError, kCancelled its
// KeyboardInterrupt.
absl::StatusOr<std::string> Input(const std::string& prompt = "");

// Init files. A line, or a part of a file, that has no effect is not reported, as in Python:
// LineEditor::Bind and ReadInitFile tell. Without a path: the file that was read last.
//
// ReadInitFile: the errno of open(2); ENOENT if there was none.
void ParseAndBind(absl::string_view line);
absl::Status ReadInitFile(const std::optional<std::string>& path = std::nullopt);

// The line.
std::string GetLineBuffer();
void InsertText(absl::string_view text);
void Redisplay();

// Files of the history: one line for each line of an entry, as Python has it. Without a path:
// ~/.history.
//
// ReadHistoryFile: adds the file's entries; of any format, see ParseHistory. ENOENT; EINVAL: not a
// regular file. WriteHistoryFile: mode 0600; cut to the last GetHistoryLength() lines, unless that
// is negative. AppendHistoryFile: the last `count` entries, none if negative; then cuts the file
// likewise. ENOENT: the file must exist. EISDIR. Others as History::Write and Append have them.
absl::Status ReadHistoryFile(const std::optional<std::string>& path = std::nullopt);
absl::Status WriteHistoryFile(const std::optional<std::string>& path = std::nullopt);
absl::Status AppendHistoryFile(int count, const std::optional<std::string>& path = std::nullopt);
int GetHistoryLength();
void SetHistoryLength(int lines);

// The history.
int GetCurrentHistoryLength();
// From 1 on, as in Python; nullopt: there is none.
std::optional<std::string> GetHistoryItem(int index);
// From 0 on, as in Python.
//
// ValueError: "History index cannot be negative", "No history item at position 99"; "embedded null
// character".
absl::Status RemoveHistoryItem(int position);
absl::Status ReplaceHistoryItem(int position, absl::string_view line);
// ValueError: "embedded null character".
absl::Status AddHistory(absl::string_view line);
void ClearHistory();
// Whether Input adds lines. True at first.
void SetAutoHistory(bool enabled);

// Hooks, before the prompt and after it. An empty one removes it.
void SetStartupHook(Hook hook);
void SetPreInputHook(Hook hook);

// Completion. A completer that returns 10,000 matches is not asked for more.
void SetCompleter(CompleterFunction completer);
CompleterFunction GetCompleter();
// During completion: why ('\t', '?', '!', '*'), and the word's place in the line, in bytes.
int GetCompletionType();
int GetBegidx();
int GetEndidx();
void SetCompleterDelims(absl::string_view delimiters);
std::string GetCompleterDelims();
void SetCompletionDisplayMatchesHook(MatchesDisplay hook);

// "readline" or "editline": in whose syntax ParseAndBind and ReadInitFile are.
absl::string_view Backend();

}  // namespace readline
}  // namespace someos

#endif  // SOMEOS_API_READLINE_H_
