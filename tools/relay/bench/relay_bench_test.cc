// A short run of the comparison, to see that it works; it asserts no time.

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/backend.h"
#include "someos/api/select.h"

namespace someos::relay {
namespace {

void ExpectEveryRelay(const std::string& load) {
  const std::string command = absl::StrCat(getenv("RELAY_BENCH"), " --rounds=2 ", load);
  FILE* const output = popen(command.c_str(), "r");
  ASSERT_NE(output, nullptr);
  std::string text;
  char buffer[256];
  while (fgets(buffer, sizeof(buffer), output) != nullptr) text += buffer;
  EXPECT_EQ(pclose(output), 0);
  EXPECT_THAT(text, testing::ContainsRegex("raw epoll +[0-9.]+ us +1\\.000"));
  for (const Backend* backend : LinkedBackends()) {
    if (backend->name == "kqueue") continue;  // an emulation where there is epoll
    EXPECT_THAT(text, testing::HasSubstr(absl::StrCat("\n", backend->name, " ")));
  }
}

TEST(RelayBenchTest, ComparesSmallMessages) { ExpectEveryRelay("--clients=3 --messages=5"); }

TEST(RelayBenchTest, ComparesLargeMessages) {
  ExpectEveryRelay("--clients=3 --messages=0 --final_bytes=300000");
}

}  // namespace
}  // namespace someos::relay
