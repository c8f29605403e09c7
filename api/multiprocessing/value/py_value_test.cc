#include "someos/api/multiprocessing/value/py_value.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/python_error.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using absl::StatusCode;

TEST(PyValueTest, AccessorsNameTheTypeThatIsThere) {
  EXPECT_EQ(*PyValue(7).AsInt(), 7);
  EXPECT_EQ(*PyValue(true).AsInt(), 1);
  EXPECT_EQ(*PyValue::Str("a").AsStr(), "a");
  EXPECT_THAT(PyValue::Str("a").AsInt(),
              FailsWithCode(StatusCode::kInvalidArgument, "expected int, got str"));
  EXPECT_EQ(PythonErrorOf(PyValue().AsStr().status()), PythonError::kTypeError);
  EXPECT_THAT(PyValue::List({}).AsDictEntries(),
              FailsWithCode(StatusCode::kInvalidArgument, "expected dict, got list"));
  EXPECT_THAT(PyValue::IntFromDecimal("9223372036854775808")->AsInt(),
              FailsWithCode(StatusCode::kOutOfRange, "Python int too large to convert"));
}

TEST(PyValueTest, IntsOfAnySize) {
  for (const char* digits :
       {"0", "-1", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "-9223372036854775809", "1000000000000000000000000000000",
        "-340282366920938463463374607431768211456"}) {
    const absl::StatusOr<PyValue> value = PyValue::IntFromDecimal(digits);
    ASSERT_THAT(value, Succeeds());
    EXPECT_EQ(value->ToString(), digits);
    EXPECT_EQ(PyValue::IntFromBytes(*value->AsIntBytes()), *value);
  }
  EXPECT_EQ(PyValue::IntFromBytes("\xff\xff\xff").ToString(), "-1");
  EXPECT_EQ(*PyValue::IntFromBytes("\xff\xff\xff").AsInt(), -1);
  EXPECT_EQ(*PyValue::IntFromBytes("\7").AsInt(), 7);
  EXPECT_THAT(PyValue::IntFromDecimal("1_0"),
              FailsWithCode(StatusCode::kInvalidArgument, "invalid literal"));
  EXPECT_THAT(PyValue::IntFromDecimal(std::string(4301, '1')),
              FailsWithCode(StatusCode::kInvalidArgument, "Exceeds the limit"));
  EXPECT_EQ(PyValue::IntFromBytes(std::string(5000, '\x11')).ToString(6), "0x1111...");
}

TEST(PyValueTest, EqualityIsPythons) {
  EXPECT_EQ(PyValue(1), PyValue(1.0));
  EXPECT_EQ(PyValue(1), PyValue(true));
  EXPECT_EQ(*PyValue::IntFromDecimal("18446744073709551616"), PyValue(std::ldexp(1, 64)));
  EXPECT_NE(*PyValue::IntFromDecimal("18446744073709551617"), PyValue(std::ldexp(1, 64)));
  EXPECT_NE(PyValue(std::nan("")), PyValue(std::nan("")));
  EXPECT_EQ(PyValue::Bytes("a"), PyValue::ByteArray("a"));
  EXPECT_NE(PyValue::Bytes("a"), PyValue::Str("a"));
  EXPECT_EQ(*PyValue::Set({PyValue(1), PyValue(2)}), *PyValue::FrozenSet({PyValue(2), PyValue(1)}));
  EXPECT_NE(PyValue::List({PyValue(1)}), PyValue::Tuple({PyValue(1)}));
  EXPECT_EQ(*PyValue::Dict({{PyValue(1), PyValue(2)}, {PyValue(3), PyValue(4)}}),
            *PyValue::Dict({{PyValue(3), PyValue(4)}, {PyValue(1), PyValue(2)}}));
  EXPECT_NE(PyValue::Global("a", "bc"), PyValue::Global("ab", "c"));
}

TEST(PyValueTest, DictsFindTheirKeys) {
  std::vector<std::pair<PyValue, PyValue>> entries;
  entries.reserve(1002);
  for (int i = 0; i < 1000; ++i) entries.emplace_back(PyValue(i), PyValue(2 * i));
  entries.emplace_back(PyValue(7.0), PyValue::Str("later"));
  entries.emplace_back(PyValue::Tuple({PyValue::Str("x"), PyValue(1)}), PyValue());
  const absl::StatusOr<PyValue> dict = PyValue::Dict(entries);
  ASSERT_THAT(dict, Succeeds());
  EXPECT_EQ(dict->AsDictEntries()->size(), 2 * 1001);
  EXPECT_EQ(dict->Get(PyValue(999))->ToString(), "1998");
  EXPECT_EQ(dict->Get(PyValue(7))->ToString(), "'later'");
  EXPECT_TRUE(*dict->Contains(PyValue::Tuple({PyValue::Str("x"), PyValue(true)})));
  EXPECT_THAT(dict->Get("absent"), FailsWithCode(StatusCode::kNotFound, "'absent'"));
  EXPECT_THAT(dict->Get(PyValue::List({})),
              FailsWithCode(StatusCode::kInvalidArgument, "unhashable type: 'list'"));
  EXPECT_THAT(PyValue::Set({PyValue::Tuple({PyValue::ByteArray("")})}),
              FailsWithCode(StatusCode::kInvalidArgument, "unhashable type: 'bytearray'"));
}

TEST(PyValueTest, CopiesShare) {
  const PyValue list = PyValue::List({PyValue::Str("a")});
  const PyValue copy = list;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy.AsItems()->data(), list.AsItems()->data());
  PyValue moved = PyValue(list);
  PyValue target = std::move(moved);
  EXPECT_EQ(target.ToString(), "['a']");
}

TEST(PyValueTest, TextIsPythons) {
  EXPECT_EQ(PyValue::Str("it's").ToString(), "\"it's\"");
  EXPECT_EQ(PyValue::Str("\xed\xb2\x80").ToString(), "'\\udc80'");
  EXPECT_EQ(PyValue::Str("\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf").ToString(),
            "'\xef\xbf\xbd\\ufffe\\uffff'");
  EXPECT_EQ(PyValue(std::numeric_limits<double>::denorm_min()).ToString(), "5e-324");
  EXPECT_EQ(PyValue(123456789012345680.0).ToString(), "1.2345678901234568e+17");
  EXPECT_EQ(PyValue(0.0001).ToString(), "0.0001");
  EXPECT_EQ(PyValue(1e22).ToString(), "1e+22");
  EXPECT_EQ(PyValue(100.0).ToString(), "100.0");
  EXPECT_EQ(PyValue::Tuple({PyValue(1)}).ToString(), "(1,)");
}

TEST(PyValueTest, TextIsCutBetweenCharacters) {
  const PyValue text = PyValue::Str("\xe2\x82\xac\xe2\x82\xac");
  EXPECT_EQ(text.ToString(0), "...");
  for (const size_t limit : {1, 2, 3}) EXPECT_EQ(text.ToString(limit), "'...") << limit;
  for (const size_t limit : {4, 5, 6}) EXPECT_EQ(text.ToString(limit), "'\xe2\x82\xac...") << limit;
  EXPECT_EQ(text.ToString(8), "'\xe2\x82\xac\xe2\x82\xac'");
}

}  // namespace
}  // namespace someos::multiprocessing
