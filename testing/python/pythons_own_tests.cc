#include "someos/testing/python/pythons_own_tests.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/testing/shell_command.h"

namespace someos::python {
namespace {

constexpr int kNotHere = 77;  // of run_python_tests.py

std::string Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The executable of each Python and its module.
std::vector<std::pair<std::string, std::string>> Pythons() {
  std::vector<std::pair<std::string, std::string>> pythons;
  const std::string listed = Environment("PYTHONS");
  for (const absl::string_view one : absl::StrSplit(listed, ':', absl::SkipEmpty())) {
    pythons.push_back(absl::StrSplit(one, absl::MaxSplits('=', 1)));
  }
  return pythons;
}

}  // namespace

void RunPythonsOwnTests(const std::string& name) {
  const auto pythons = Pythons();
  if (pythons.empty()) GTEST_SKIP() << "no Python 3 with headers on this machine";
  std::string skipped;
  for (const auto& [executable, module] : pythons) {
    const auto [status, output] = RunShellCommand(absl::StrCat(
        "'", executable, "' '", Environment("RUNNER"), "' '", module, "' ", name, " 2>&1"));
    if (status == kNotHere) {
      absl::StrAppend(&skipped, executable, ": ", output);
    } else {
      EXPECT_EQ(status, 0) << executable << ":\n" << output;
    }
  }
  if (!skipped.empty()) GTEST_SKIP() << skipped;
}

}  // namespace someos::python
