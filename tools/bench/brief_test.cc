// Runs a benchmark program as a person would, briefly. No time is asserted.

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace someos::bench {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

struct Output {
  int status = -1;
  std::string text;
};

Output RunBench(const std::string& arguments) {
  Output output;
  FILE* pipe = popen(absl::StrCat(std::getenv("BENCH"), " ", arguments, " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const size_t size = fread(buffer, 1, sizeof(buffer), pipe))
    output.text.append(buffer, size);
  const int status = pclose(pipe);
  output.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return output;
}

std::string Contents(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(BriefTest, MeasuresEveryWorkloadOnEveryBackendAndDrawsIt) {
  const std::string svg = absl::StrCat(::testing::TempDir(), "/plot.svg");
  const Output output = RunBench(absl::StrCat("--brief --svg=", svg));
  EXPECT_EQ(output.status, 0) << output.text;
  for (const char* workload :
       {"wait, none ready", "wait, one ready", "wait, many ready", "register.unregister", "modify",
        "batch of 1000 changes", "wake from a thread", "pass"}) {
    for (const char* backend : {"select", "poll"}) {
      for (const char* contender : {"raw", "someos"}) {
        EXPECT_THAT(output.text, ContainsRegex(absl::StrCat(workload, " .*", backend, " *",
                                                            contender, " .*[0-9]")));
      }
    }
  }
  for (const char* line :
       {"map and scan .*raw .*[0-9]", "scan .*guard per 64 .*[0-9]",
        "random reads of 64 bytes .*read .*[0-9]", "read of a byte .*guarded .*[0-9]",
        "resize by a page .*someos .*[0-9]", "loss and recovery .*guarded .*[0-9]",
        "\nfind of 8 bytes .* Mmap .*[0-9]", "rfind of 43 bytes .*guarded Mmap .*[0-9]"}) {
    EXPECT_THAT(output.text, ContainsRegex(line));
  }
  const std::string picture = Contents(svg);
  EXPECT_THAT(picture, HasSubstr("<svg"));
  EXPECT_THAT(picture, HasSubstr("someos poll"));
  EXPECT_THAT(picture, HasSubstr("raw select"));
}

TEST(BriefTest, SaysWhatItDoesNotUnderstand) {
  const Output output = RunBench("--quickly");
  EXPECT_EQ(output.status, 2);
  EXPECT_THAT(output.text, HasSubstr("--quickly"));
}

}  // namespace
}  // namespace someos::bench
