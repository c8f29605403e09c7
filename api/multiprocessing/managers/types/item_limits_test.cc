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
       {Range(0, kMostItemsMade + 1), Range(0, 2 * kMostItemsMade + 1, 2),
        Range(0, -3 * kMostItemsMade - 1, -3), Range(0, int64_t{1} << 26),
        Range(0, -(int64_t{1} << 26), -1),
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

TEST(ItemLimitsTest, OfARangeItsItemsCountWhateverItsNumbers) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  constexpr int64_t kFar = int64_t{1} << 41;
  TestServer server;
  TestPeer peer(server);
  const auto items = [&](const PyValue& range) {
    return peer.Call(TestPeer::Create(server, "list", {range}), "#GETVALUE");
  };
  EXPECT_EQ(*items(Range(0, -(int64_t{1} << 26))), PyValue::List({}));
  EXPECT_EQ(*items(Range(0, int64_t{1} << 26, -1)), PyValue::List({}));
  EXPECT_EQ(*items(Range(7, 7, 2)), PyValue::List({}));
  EXPECT_EQ(*items(Range(kMax, kMin)), PyValue::List({}));
  EXPECT_EQ(*items(Range(kFar, kFar + 3)),
            PyValue::List({PyValue(kFar), PyValue(kFar + 1), PyValue(kFar + 2)}));
  EXPECT_EQ(*items(Range(5, -1, -3)), PyValue::List({PyValue(5), PyValue(2)}));
  EXPECT_EQ(*items(Range(0, 7, 3)), PyValue::List({PyValue(0), PyValue(3), PyValue(6)}));
  EXPECT_EQ(*items(Range(kMin, kMax, kMax)),
            PyValue::List({PyValue(kMin), PyValue(-1), PyValue(kMax - 1)}));
  EXPECT_EQ(*items(Range(kMax, kMin, kMin)), PyValue::List({PyValue(kMax), PyValue(-1)}));
  const std::string list = TestPeer::Create(server, "list");
  EXPECT_THAT(peer.Call(list, "extend", {Range(0, 10, 0)}),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "ValueError: range() arg 3 must not be zero"));
}

}  // namespace
}  // namespace someos::multiprocessing::internal
