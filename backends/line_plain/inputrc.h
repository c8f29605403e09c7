// GNU readline's init files, as far as this editor has what they set.

#ifndef SOMEOS_BACKENDS_LINE_PLAIN_INPUTRC_H_
#define SOMEOS_BACKENDS_LINE_PLAIN_INPUTRC_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/keymap.h"
#include "someos/backends/line_plain/settings.h"

namespace someos::line_plain {

// Something in a file that has no effect.
struct InputrcComplaint {
  std::string file;  // as it was named
  size_t line;       // from 1 on
  std::string text;
};

struct InputrcContext {
  std::string application;  // for "$if python"; capitals do not matter
  std::string terminal;     // the environment variable TERM, for "$if term=xterm"
  // Reads a file, for "$include". May be empty: then files include none.
  std::function<absl::StatusOr<std::string>(const std::string& path)> read;
};

// Reads "set variable value", "key: function", "key: "macro"", "$if", "$else", "$endif" and
// "$include"; as much as there is, whatever is wrong with the rest.
class InputrcReader {
 public:
  // All must outlive it.
  InputrcReader(const InputrcContext& context, Keymap& keymap, Settings& settings)
      : context_(context), keymap_(keymap), settings_(settings) {}

  // The contents of a file of this name. Returns complaints about it and the files it includes.
  std::vector<InputrcComplaint> Read(const std::string& file, absl::string_view contents);

  // One line, without a condition.
  //
  // kInvalidArgument: what is wrong with it.
  absl::Status ReadLine(absl::string_view line);

 private:
  static constexpr int kDeepest = 8;  // files that include files
  static constexpr int kMostFiles = 100;

  struct Condition {
    bool holds;
    bool else_seen;
  };

  void ReadFile(const std::string& file, absl::string_view contents, int depth);
  absl::Status Directive(absl::string_view line, std::vector<Condition>& conditions, int depth);
  absl::Status Include(absl::string_view path, int depth);
  absl::StatusOr<bool> Holds(absl::string_view test) const;
  absl::Status Set(absl::string_view assignment);
  absl::Status SetSwitch(bool& variable, absl::string_view value);
  absl::Status Bind(absl::string_view line);

  const InputrcContext& context_;
  Keymap& keymap_;
  Settings& settings_;
  std::vector<InputrcComplaint> complaints_;
  int included_ = 0;  // files
};

}  // namespace someos::line_plain

#endif  // SOMEOS_BACKENDS_LINE_PLAIN_INPUTRC_H_
