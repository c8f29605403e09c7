// A person at a terminal.

#ifndef SOMEOS_TOOLS_SHELL_INTERACTIVE_H_
#define SOMEOS_TOOLS_SHELL_INTERACTIVE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/api/poller.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {

// One Poller waits for keys and for the session's notices, which are shown above the line that is
// being typed. Used by one thread.
class Interactive {
 public:
  // `editor` must outlive it. `history`: the file that lines are read from and added to; empty:
  // none.
  Interactive(Session& session, LineEditor& editor, absl::string_view history);
  ~Interactive();
  Interactive(const Interactive&) = delete;
  Interactive& operator=(const Interactive&) = delete;

  // Reads and executes lines until exit or the end of the input; returns the exit code.
  //
  // Errors of the terminal and of the Poller.
  absl::StatusOr<int> Run();

 private:
  absl::Status Begin();
  // Waits once, and handles what has happened.
  absl::Status Round();
  absl::Status OnLine(const absl::StatusOr<std::optional<std::string>>& line);
  // Whether there were any.
  bool ShowNotices();
  void Report(const Outcome& outcome);
  void ReadHistory();
  void AppendHistory();

  Session& session_;
  LineEditor& editor_;
  const std::string history_;
  size_t old_entries_ = 0;  // of the history
  std::unique_ptr<Poller> poller_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_INTERACTIVE_H_
