#include "someos/backends/line_plain/inputrc.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "someos/api/errno_status.h"
#include "someos/backends/line_plain/editor_function.h"
#include "someos/backends/line_plain/key.h"
#include "someos/backends/line_plain/key_notation.h"
#include "someos/backends/line_plain/keymap.h"

namespace someos::line_plain {
namespace {

absl::Status Wrong(absl::string_view what) {
  return PlainStatus(absl::StatusCode::kInvalidArgument, what);
}

// Takes the first word off `text`, and the blanks around it.
absl::string_view TakeWord(absl::string_view& text) {
  text = absl::StripLeadingAsciiWhitespace(text);
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const absl::string_view word = text.substr(0, end);
  text = absl::StripAsciiWhitespace(text.substr(end));
  return word;
}

// Takes a text in quotes off `text`, which begins with one, and returns what is between them.
std::optional<absl::string_view> TakeQuoted(absl::string_view& text) {
  const char quote = text[0];
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const absl::string_view quoted = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      return quoted;
    }
  }
  return std::nullopt;
}

// Takes the keys and the colon off `line`.
absl::StatusOr<KeySequence> TakeKeys(absl::string_view& line) {
  absl::StatusOr<KeySequence> keys = Wrong("keys without an end");
  if (line[0] == '"') {
    const std::optional<absl::string_view> quoted = TakeQuoted(line);
    if (!quoted.has_value()) return keys;
    const absl::StatusOr<std::string> bytes = UnescapeKeys(*quoted);
    if (!bytes.ok()) return bytes.status();
    keys = KeysOf(*bytes);
  } else {
    // The colon itself may be the key: "Control-:: function".
    const size_t colon = line.find(':', 1);
    if (colon == absl::string_view::npos) return Wrong("neither a directive nor a binding");
    keys = KeysNamed(absl::StripTrailingAsciiWhitespace(line.substr(0, colon)));
    line.remove_prefix(colon);
  }
  line = absl::StripLeadingAsciiWhitespace(line);
  if (keys.ok() && keys->empty()) return Wrong("no key");
  if (!absl::ConsumePrefix(&line, ":")) return Wrong("no colon behind the keys");
  return keys;
}

absl::StatusOr<Binding> BindingNamed(absl::string_view text) {
  if (text.empty()) return Wrong("no function behind the colon");
  if (text[0] == '"' || text[0] == '\'') {
    const std::optional<absl::string_view> quoted = TakeQuoted(text);
    if (!quoted.has_value()) return Wrong("a macro without an end");
    absl::StatusOr<std::string> bytes = UnescapeKeys(*quoted);
    if (!bytes.ok()) return bytes.status();
    return Binding(*std::move(bytes));
  }
  const absl::string_view name = TakeWord(text);
  const std::optional<EditorFunction> function = FindEditorFunction(name);
  if (!function.has_value()) return Wrong(absl::StrCat("no function \"", name, "\" here"));
  return Binding(*function);
}

}  // namespace

std::vector<InputrcComplaint> InputrcReader::Read(const std::string& file,
                                                  absl::string_view contents) {
  complaints_.clear();
  included_ = 0;
  ReadFile(file, contents, 0);
  return std::exchange(complaints_, {});
}

void InputrcReader::ReadFile(const std::string& file, absl::string_view contents, int depth) {
  std::vector<Condition> conditions;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(contents, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    absl::Status status;
    if (absl::StartsWith(line, "$")) {
      status = Directive(line, conditions, depth);
    } else if (std::all_of(conditions.begin(), conditions.end(),
                           [](const Condition& condition) { return condition.holds; })) {
      status = ReadLine(line);
    }
    if (!status.ok()) complaints_.push_back({file, number, std::string(status.message())});
  }
  if (!conditions.empty()) complaints_.push_back({file, number, "$if without $endif"});
}

absl::Status InputrcReader::ReadLine(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (line.empty() || line[0] == '#') return absl::OkStatus();
  absl::string_view rest = line;
  if (absl::EqualsIgnoreCase(TakeWord(rest), "set")) return Set(rest);
  return Bind(line);
}

absl::Status InputrcReader::Directive(absl::string_view line, std::vector<Condition>& conditions,
                                      int depth) {
  const bool holds = std::all_of(conditions.begin(), conditions.end(),
                                 [](const Condition& condition) { return condition.holds; });
  const absl::string_view directive = TakeWord(line);
  if (directive == "$if") {
    const absl::StatusOr<bool> test = Holds(line);
    conditions.push_back({test.ok() && *test, false});
    return test.status();
  }
  if (directive == "$include") return holds ? Include(line, depth) : absl::OkStatus();
  if (directive != "$else" && directive != "$endif") {
    return Wrong(absl::StrCat("no directive \"", directive, "\""));
  }
  if (conditions.empty()) return Wrong(absl::StrCat(directive, " without $if"));
  if (directive == "$endif") {
    conditions.pop_back();
    return absl::OkStatus();
  }
  Condition& condition = conditions.back();
  if (std::exchange(condition.else_seen, true)) return Wrong("a second $else");
  condition.holds = !condition.holds;
  return absl::OkStatus();
}

absl::Status InputrcReader::Include(absl::string_view path, int depth) {
  if (path.empty()) return Wrong("$include without a file");
  if (!context_.read) return Wrong("no file can be included here");
  if (depth == kDeepest) return Wrong("files include each other too deeply");
  if (included_ == kMostFiles) return Wrong("too many files are included");
  ++included_;
  const std::string file(path);
  const absl::StatusOr<std::string> contents = context_.read(file);
  if (!contents.ok()) return Wrong(contents.status().message());
  ReadFile(file, *contents, depth + 1);
  return absl::OkStatus();
}

absl::StatusOr<bool> InputrcReader::Holds(absl::string_view test) const {
  if (test.empty()) return Wrong("$if without a test");
  if (absl::ConsumePrefix(&test, "mode=")) return test == "emacs";
  if (absl::ConsumePrefix(&test, "term=")) {
    const absl::string_view terminal = context_.terminal;
    return test == terminal || test == terminal.substr(0, terminal.find('-'));
  }
  if (test.find_first_of("=<>! ") != absl::string_view::npos) {
    return Wrong(absl::StrCat("no test \"", test, "\" here"));
  }
  return absl::EqualsIgnoreCase(test, context_.application);
}

absl::Status InputrcReader::SetSwitch(bool& variable, absl::string_view value) {
  variable = value.empty() || value == "1" || absl::EqualsIgnoreCase(value, "on");
  const bool off = value == "0" || absl::EqualsIgnoreCase(value, "off");
  return variable || off ? absl::OkStatus()
                         : Wrong(absl::StrCat("\"", value, "\" is not on or off"));
}

absl::Status InputrcReader::Set(absl::string_view assignment) {
  const std::string name = absl::AsciiStrToLower(TakeWord(assignment));
  const absl::string_view value = TakeWord(assignment);
  if (name.empty()) return Wrong("set without a variable");
  if (name == "completion-ignore-case") return SetSwitch(settings_.completion_ignore_case, value);
  if (name == "enable-bracketed-paste") return SetSwitch(settings_.enable_bracketed_paste, value);
  if (name == "show-all-if-ambiguous") return SetSwitch(settings_.show_all_if_ambiguous, value);
  if (name == "editing-mode") {
    return value == "emacs" ? absl::OkStatus() : Wrong("no editing mode but emacs here");
  }
  if (name == "bell-style") {
    settings_.audible_bell = value == "audible";
    const bool known = settings_.audible_bell || value == "none" || value == "off";
    return known ? absl::OkStatus() : Wrong(absl::StrCat("no bell \"", value, "\" here"));
  }
  const bool is_number =
      name == "history-size" || name == "completion-query-items" || name == "keyseq-timeout";
  if (!is_number) return Wrong(absl::StrCat("no variable \"", name, "\" here"));
  int number;
  if (!absl::SimpleAtoi(value, &number)) return Wrong(absl::StrCat("\"", value, "\" is no number"));
  if (name == "history-size") {
    settings_.history_size =
        number < 0 ? std::numeric_limits<size_t>::max() : static_cast<size_t>(number);
  } else if (name == "keyseq-timeout") {
    settings_.keyseq_timeout = absl::Milliseconds(std::max(number, 0));
  } else {
    settings_.completion_query_items = static_cast<size_t>(std::max(number, 0));
  }
  return absl::OkStatus();
}

absl::Status InputrcReader::Bind(absl::string_view line) {
  absl::StatusOr<KeySequence> keys = TakeKeys(line);
  if (!keys.ok()) return keys.status();
  absl::StatusOr<Binding> binding = BindingNamed(absl::StripAsciiWhitespace(line));
  if (!binding.ok()) return binding.status();
  keymap_.Bind(*keys, *std::move(binding));
  return absl::OkStatus();
}

}  // namespace someos::line_plain
