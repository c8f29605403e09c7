// What a short request may make a manager's server hold.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/managers/session_testing.h"
#include "someos/api/multiprocessing/managers/types/value_items.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::internal {
namespace {

PyValue Range(int64_t start, int64_t stop, int64_t step = 1) {
  PyObjectParts parts;
  parts.callable = PyValue::Global("builtins", "range");
  parts.args = PyValue::Tuple({PyValue(start), PyValue(stop), PyValue(step)});
  return PyValue::Object(std::move(parts));
}

TEST(ItemLimitsTest, ALongRangeIsAMemoryError) {
  TestServer server;
  const std::string list = TestPeer::Create(server, "list");
  TestPeer peer(server);
  for (const PyValue& range :
       {Range(0, kMostItemsMade + 1), Range(0, int64_t{1} << 26), Range(0, -(int64_t{1} << 26), -1),
        Range(std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max())}) {
    EXPECT_THAT(peer.Call(list, "extend", {range}),
                FailsWithCode(absl::StatusCode::kUnknown,
                              "MemoryError: this server makes at most 4194304 items at once"))
        << range.ToString();
  }
  EXPECT_THAT(peer.Call(list, "extend", {Range(0, 10)}), Succeeds());
  EXPECT_EQ(*peer.Call(list, "__len__"), PyValue(10));
  const std::vector<PyValue> array = {PyValue::Str("Array"), PyValue::Str("i"), Range(0, 1 << 26)};
  EXPECT_THAT(std::string(TestPeer::Once(server, "create", array).status().message()),
              testing::HasSubstr("\nMemoryError: "));
}

TEST(ItemLimitsTest, SoAreLongBytesAndStrs) {
  TestServer server;
  const std::string list = TestPeer::Create(server, "list");
  TestPeer peer(server);
  const std::string text(kMostItemsMade + 1, 'x');
  EXPECT_THAT(peer.Call(list, "extend", {PyValue::Bytes(text)}),
              FailsWithCode(absl::StatusCode::kUnknown, "MemoryError"));
  EXPECT_THAT(peer.Call(list, "extend", {PyValue::Str(text)}),
              FailsWithCode(absl::StatusCode::kUnknown, "MemoryError"));
}

TEST(ItemLimitsTest, SoIsAListThatIsRepeated) {
  TestServer server;
  const std::string list =
      TestPeer::Create(server, "list", {PyValue::List({PyValue(1), PyValue(2)})});
  TestPeer peer(server);
  for (const char* method : {"__mul__", "__imul__"}) {
    EXPECT_THAT(peer.Call(list, method, {PyValue(kMostItemsMade)}),
                FailsWithCode(absl::StatusCode::kUnknown, "MemoryError"));
  }
  EXPECT_THAT(peer.Call(list, "__imul__", {PyValue(3)}), Succeeds());
  EXPECT_EQ(*peer.Call(list, "__len__"), PyValue(6));
}

}  // namespace
}  // namespace someos::multiprocessing::internal
