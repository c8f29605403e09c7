// Every constant of the machine's own Python has the same value here.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/mmap.h"
#include "someos/api/select.h"
#include "someos/testing/shell_command.h"

namespace someos::python {
namespace {

// What `python3 -c program` prints; empty if there is no python3.
std::string PythonPrints(absl::string_view program) {
  const CommandResult printed = RunShellCommand(absl::StrCat("python3 -c '", program, "' 2>&1"));
  return printed.exit_status == 0 ? printed.output : "";
}

// The integers of a module of Python by their names.
std::map<std::string, int64_t> PythonConstants(absl::string_view module) {
  std::map<std::string, int64_t> constants;
  const std::string printed =
      PythonPrints(absl::StrCat("import ", module, "\nfor name, value in vars(", module,
                                ").items():\n", "    if type(value) is int: print(name, value)"));
  for (const absl::string_view line : absl::StrSplit(printed, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, absl::string_view> pair = absl::StrSplit(line, ' ');
    int64_t value = 0;
    EXPECT_TRUE(absl::SimpleAtoi(pair.second, &value)) << line;
    constants[pair.first] = value;
  }
  return constants;
}

// Whether the backend that the constant belongs to is part of this build.
bool IsLinked(absl::string_view name) {
  if (absl::StartsWith(name, "EPOLL")) return SOMEOS_LINKS_EPOLL;
  if (absl::StartsWith(name, "KQ_")) return SOMEOS_LINKS_KQUEUE;
  if (absl::StartsWith(name, "POLL")) return SOMEOS_LINKS_POLL;
  return SOMEOS_LINKS_SELECT;
}

TEST(Constants, OfSelectAreThoseOfThisMachinesPython) {
  const std::map<std::string, int64_t> constants = PythonConstants("select");
  if (constants.empty()) GTEST_SKIP() << "no python3 on this machine";
  EXPECT_TRUE(constants.count("PIPE_BUF"));
  for (const auto& [name, value] : constants) {
    const std::optional<int64_t> ours = select::FindConstant(name);
    if (IsLinked(name)) {
      EXPECT_EQ(ours, value) << name;
    } else {
      EXPECT_EQ(ours, std::nullopt) << name;
    }
  }
}

TEST(Constants, OfMmapAreThoseOfThisMachinesPython) {
  const std::map<std::string, int64_t> constants = PythonConstants("mmap");
  if (constants.empty()) GTEST_SKIP() << "no python3 on this machine";
  EXPECT_TRUE(constants.count("PAGESIZE"));
  for (const auto& [name, value] : constants) {
    EXPECT_EQ(mmap::FindConstant(name), value) << name;
  }
}

static_assert(mmap::FindConstant("MAP_SHARED") == mmap::kMapShared);
static_assert(mmap::FindConstant("ACCESS_COPY") == 3);
static_assert(!mmap::FindConstant("MAP_UNHEARD_OF").has_value());

}  // namespace
}  // namespace someos::python
