#include "someos/backends/line_plain/plain_engine.h"

#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/backends/line_base/home.h"
#include "someos/backends/line_base/terminal.h"
#include "someos/backends/line_base/text_file.h"
#include "someos/backends/line_plain/inputrc.h"

namespace someos::line_plain {
namespace {

InputrcContext ContextFor(const std::string& application) {
  const char* const terminal = std::getenv("TERM");
  return {application, terminal == nullptr ? "" : terminal,
          [](const std::string& path) { return line_base::ReadTextFile(line_base::AtHome(path)); }};
}

}  // namespace

absl::Status PlainEngine::Begin(const LineOptions& options, absl::string_view text,
                                line_base::TerminalSize size) {
  editor_.Begin(options, text, size.width, size.height);
  return absl::OkStatus();
}

absl::Status PlainEngine::Bind(absl::string_view line) {
  const size_t history_size = environment_.settings.history_size;
  const InputrcContext context = ContextFor(application_);
  absl::Status status =
      InputrcReader(context, environment_.keymap, environment_.settings).ReadLine(line);
  FollowHistorySize(history_size);
  return status;
}

absl::StatusOr<std::vector<InitFileComplaint>> PlainEngine::ReadInitFile(const std::string& path) {
  const absl::StatusOr<std::string> contents = line_base::ReadTextFile(path);
  if (!contents.ok()) return contents.status();
  const size_t history_size = environment_.settings.history_size;
  const InputrcContext context = ContextFor(application_);
  InputrcReader reader(context, environment_.keymap, environment_.settings);
  std::vector<InitFileComplaint> complaints;
  for (InputrcComplaint& each : reader.Read(path, *contents)) {
    complaints.push_back({std::move(each.file), each.line, std::move(each.text)});
  }
  FollowHistorySize(history_size);
  return complaints;
}

// What History::SetMaxSize has set stays, unless the variable was set to something else.
void PlainEngine::FollowHistorySize(size_t before) {
  const size_t size = environment_.settings.history_size;
  if (size != before) environment_.history.SetMaxSize(size);
}

}  // namespace someos::line_plain
