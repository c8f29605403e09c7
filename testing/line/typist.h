// Somebody at a terminal, who types into a LineEditor and looks at the screen.

#ifndef SOMEOS_TESTING_LINE_TYPIST_H_
#define SOMEOS_TESTING_LINE_TYPIST_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/line_editor.h"
#include "someos/testing/pseudo_terminal.h"
#include "someos/testing/vt100_screen.h"

namespace someos {

// The size of a Typist's terminal.
inline constexpr int kTypistWidth = 40;
inline constexpr int kTypistHeight = 10;

class Typist {
 public:
  explicit Typist(const LineBackend& backend);
  // Hangs up, if a line is still being read.
  ~Typist();

  // Whether the machine gives out pseudo-terminals.
  bool valid() const { return terminal_.valid(); }
  LineEditor& editor() { return *editor_; }
  // The side of the editor.
  int terminal() const { return terminal_.terminal.get(); }

  // Lets another thread read a line. Returns when keys can be typed.
  void Start(const LineOptions& options = {"> "});
  // Waits for that line.
  absl::StatusOr<std::string> Line();

  void Type(absl::string_view keys);
  // Looks until the screen has these rows (Vt100Screen::Text); what it has if that takes longer
  // than 20 s, and `rows` otherwise.
  std::string See(absl::string_view rows);
  // The same for a condition.
  bool SeeThat(absl::FunctionRef<bool()> condition);
  // Shows what has been written until now.
  void Look();

  Vt100Screen& screen() { return screen_; }
  void Resize(int width, int height);
  // Whether the terminal is in the mode that it was in at the beginning.
  bool IsAsBefore() const;
  // Waits until it is not: keys that are typed earlier are echoed by the terminal itself. False if
  // that takes longer than 20 s.
  bool AwaitEditor() {
    return SeeThat([this] { return !IsAsBefore(); });
  }
  void HangUp() { terminal_.controller.reset(); }
  // While no line is being read.
  void DestroyEditor() { editor_.reset(); }

 private:
  std::string Mode() const;

  PseudoTerminal terminal_;
  Vt100Screen screen_{kTypistWidth, kTypistHeight};
  std::string mode_before_;
  std::unique_ptr<LineEditor> editor_;
  std::thread reader_;
  std::optional<absl::StatusOr<std::string>> line_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_LINE_TYPIST_H_
