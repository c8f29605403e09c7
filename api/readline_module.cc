// Python's functions.

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/api/line_editor.h"
#include "someos/api/readline.h"
#include "someos/api/readline/history.h"
#include "someos/backends/base/trusted_environment.h"

namespace someos::readline {
namespace {

constexpr int kMostMatches = 10'000;

struct Module {
  std::unique_ptr<LineEditor> editor;
  CompleterFunction completer;
  bool auto_history = true;
  int history_length = -1;
  std::optional<std::string> init_file;  // the one that was read last
  // Of the completion that is going on, or was the last.
  int completion_type = 0;
  int begidx = 0;
  int endidx = 0;
};

Module& TheModule() {
  static Module* const module = new Module;  // is never destroyed: hooks may run at exit
  return *module;
}

absl::Status ValueError(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, text);
}

// "~/name"; nullopt without a home.
std::optional<std::string> AtHome(absl::string_view name) {
  const char* const home = base::TrustedEnvironment("HOME");
  if (home == nullptr) return std::nullopt;
  return absl::StrCat(home, "/", name);
}

absl::StatusOr<std::string> HistoryPath(const std::optional<std::string>& path) {
  const std::optional<std::string> chosen = path.has_value() ? path : AtHome(".history");
  if (!chosen.has_value()) return ErrnoStatus(ENOENT, "history file without a path: HOME");
  return *chosen;
}

// As GNU readline, or libedit, looks for one.
void ReadFirstInitFile(Module& module) {
  const bool editline = Backend() == "editline";
  const char* const named = base::TrustedEnvironment(editline ? "EDITRC" : "INPUTRC");
  for (const std::optional<std::string>& path :
       {named == nullptr ? std::nullopt : std::make_optional<std::string>(named),
        AtHome(editline ? ".editrc" : ".inputrc"),
        editline ? std::nullopt : std::make_optional<std::string>("/etc/inputrc")}) {
    if (!path.has_value() || !module.editor->ReadInitFile(*path).ok()) continue;
    module.init_file = path;
    return;
  }
}

HistoryFileOptions FileOptions() {
  HistoryFileOptions options;
  options.format = HistoryFormat::kPlain;
  options.create = false;
  const int length = GetHistoryLength();
  if (length >= 0) options.max_lines = static_cast<size_t>(length);
  return options;
}

absl::Status CheckText(absl::string_view text) {
  const bool whole = text.find('\0') == absl::string_view::npos;
  return whole ? absl::OkStatus() : ValueError("embedded null character");
}

absl::Status CheckPosition(int position) {
  if (position < 0) return ValueError("History index cannot be negative");
  if (position < GetCurrentHistoryLength()) return absl::OkStatus();
  return ValueError(absl::StrCat("No history item at position ", position));
}

std::vector<std::string> Complete(const CompletionRequest& request) {
  Module& module = TheModule();
  module.completion_type = request.type;
  module.begidx = static_cast<int>(request.begin);
  module.endidx = static_cast<int>(request.end);
  const CompleterFunction completer = module.completer;  // it may set another one
  const std::string text(request.word());
  std::vector<std::string> matches;
  while (static_cast<int>(matches.size()) < kMostMatches) {
    std::optional<std::string> match = completer(text, static_cast<int>(matches.size()));
    if (!match.has_value()) break;
    matches.push_back(*std::move(match));
  }
  return matches;
}

}  // namespace

LineEditor& Editor() {
  Module& module = TheModule();
  if (module.editor == nullptr) {
    module.editor = NewLineEditor();
    ReadFirstInitFile(module);
  }
  return *module.editor;
}

void SetEditor(std::unique_ptr<LineEditor> editor) {
  Module& module = TheModule();
  if (editor == nullptr) editor = NewLineEditor();
  if (module.editor != nullptr) editor->history() = module.editor->history();
  module.editor = std::move(editor);
  module.completer = nullptr;
}

absl::StatusOr<std::string> Input(const std::string& prompt) {
  LineOptions options;
  options.prompt = prompt;
  options.add_to_history = TheModule().auto_history;
  return Editor().ReadLine(options);
}

void ParseAndBind(absl::string_view line) { Editor().Bind(line).IgnoreError(); }

absl::Status ReadInitFile(const std::optional<std::string>& path) {
  LineEditor& editor = Editor();
  Module& module = TheModule();
  const std::optional<std::string> file = path.has_value() ? path : module.init_file;
  if (!file.has_value()) return ErrnoStatus(ENOENT, "init file without a path");
  absl::Status status = editor.ReadInitFile(*file).status();
  if (status.ok()) module.init_file = file;
  return status;
}

std::string GetLineBuffer() { return Editor().line(); }

void InsertText(absl::string_view text) { Editor().InsertText(text); }

void Redisplay() { Editor().Redisplay(); }

absl::Status ReadHistoryFile(const std::optional<std::string>& path) {
  const absl::StatusOr<std::string> file = HistoryPath(path);
  return file.ok() ? Editor().history().Read(*file) : file.status();
}

absl::Status WriteHistoryFile(const std::optional<std::string>& path) {
  const absl::StatusOr<std::string> file = HistoryPath(path);
  return file.ok() ? Editor().history().Write(*file, FileOptions()) : file.status();
}

absl::Status AppendHistoryFile(int count, const std::optional<std::string>& path) {
  const absl::StatusOr<std::string> file = HistoryPath(path);
  if (!file.ok()) return file.status();
  const HistoryFileOptions options = FileOptions();
  const size_t entries = count < 0 ? 0 : static_cast<size_t>(count);
  absl::Status status = Editor().history().Append(*file, entries, options);
  if (!status.ok() || GetHistoryLength() < 0) return status;
  return History::Truncate(*file, options.max_lines);
}

int GetHistoryLength() { return TheModule().history_length; }

void SetHistoryLength(int lines) { TheModule().history_length = lines; }

int GetCurrentHistoryLength() { return static_cast<int>(Editor().history().size()); }

std::optional<std::string> GetHistoryItem(int index) {
  if (index < 1 || index > GetCurrentHistoryLength()) return std::nullopt;
  return Editor().history()[static_cast<size_t>(index - 1)];
}

absl::Status RemoveHistoryItem(int position) {
  absl::Status status = CheckPosition(position);
  return status.ok() ? Editor().history().Remove(static_cast<size_t>(position)) : status;
}

absl::Status ReplaceHistoryItem(int position, absl::string_view line) {
  absl::Status status = CheckText(line);
  if (status.ok()) status = CheckPosition(position);
  return status.ok() ? Editor().history().Replace(static_cast<size_t>(position), line) : status;
}

absl::Status AddHistory(absl::string_view line) {
  absl::Status status = CheckText(line);
  return status.ok() ? Editor().history().Add(line) : status;
}

void ClearHistory() { Editor().history().Clear(); }

void SetAutoHistory(bool enabled) { TheModule().auto_history = enabled; }

void SetStartupHook(Hook hook) { Editor().SetStartupHook(std::move(hook)); }

void SetPreInputHook(Hook hook) { Editor().SetPreInputHook(std::move(hook)); }

void SetCompleter(CompleterFunction completer) {
  TheModule().completer = std::move(completer);
  Editor().SetCompleter(TheModule().completer ? Complete : someos::Completer());
}

CompleterFunction GetCompleter() { return TheModule().completer; }

int GetCompletionType() { return TheModule().completion_type; }

int GetBegidx() { return TheModule().begidx; }

int GetEndidx() { return TheModule().endidx; }

void SetCompleterDelims(absl::string_view delimiters) { Editor().SetDelimiters(delimiters); }

std::string GetCompleterDelims() { return Editor().delimiters(); }

void SetCompletionDisplayMatchesHook(MatchesDisplay hook) {
  Editor().SetDisplayMatches(std::move(hook));
}

absl::string_view Backend() {
  const Module& module = TheModule();
  const absl::string_view name =
      module.editor != nullptr ? module.editor->name() : LinkedLineBackends().front()->name;
  return name == "libedit" ? "editline" : "readline";
}

}  // namespace someos::readline
