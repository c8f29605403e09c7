#include "someos/testing/interop/interpreters.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "someos/testing/shell_command.h"

namespace someos {
namespace {

struct Found {
  const char* version;
  const char* path;
};

// Written by the repository rule.
constexpr Found kFound[] = {
#include "found_interpreters.inc"
    {nullptr, nullptr},  // the end
};

// A word of sh(1) for any path.
std::string Quoted(absl::string_view path) {
  return absl::StrCat("'", absl::StrReplaceAll(path, {{"'", "'\\''"}}), "'");
}

Interpreter Described(const Found& found) {
  const std::vector<std::string> numbers = absl::StrSplit(found.version, '.');
  Interpreter interpreter = {0, 0, found.version, "", found.path, Quoted(found.path)};
  if (numbers.size() < 2 || !absl::SimpleAtoi(numbers[0], &interpreter.major) ||
      !absl::SimpleAtoi(numbers[1], &interpreter.minor)) {
    return interpreter;
  }
  interpreter.language = absl::StrCat(interpreter.major, ".", interpreter.minor);
  return interpreter;
}

std::vector<Interpreter> Sorted() {
  std::vector<Interpreter> all;
  for (const Found* found = kFound; found->version != nullptr; ++found) {
    all.push_back(Described(*found));
  }
  std::sort(all.begin(), all.end(), [](const Interpreter& a, const Interpreter& b) {
    return std::tie(a.major, a.minor) < std::tie(b.major, b.minor);
  });
  return all;
}

}  // namespace

const std::vector<Interpreter>& Interpreters() {
  static const std::vector<Interpreter>& all = *new std::vector<Interpreter>(Sorted());
  return all;
}

Interpreter At(const Interpreter& interpreter, absl::string_view path) {
  Interpreter moved = interpreter;
  moved.path = std::string(path);
  moved.command = Quoted(path);
  return moved;
}

std::string PythonPrints(const Interpreter& interpreter, absl::string_view arguments) {
  const CommandResult printed = RunShellCommand(absl::StrCat(
      "PYTHONIOENCODING=utf-8 PYTHONHASHSEED=0 ", interpreter.command, " ", arguments, " 2>&1"));
  return printed.exit_status == 0 ? printed.output : absl::StrCat("failed: ", printed.output);
}

}  // namespace someos
