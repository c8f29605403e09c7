// What pickles may contain, what they must not, and what limits them.

#include "someos/api/multiprocessing/pickle/pickle.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using absl::StatusCode;

// `count` times the same bytes.
std::string Times(size_t count, absl::string_view bytes) {
  std::string all;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&all, bytes);
  return all;
}

std::string TextOf(absl::string_view pickle, const UnpickleOptions& options = {}) {
  const absl::StatusOr<PyValue> value = Unpickle(pickle, options);
  return value.ok() ? value->ToString() : std::string(value.status().message());
}

TEST(UnpickleTest, AGlobalIsANameAndNothingIsCalled) {
  const absl::StatusOr<PyValue> value = Unpickle("cos\nsystem\n(S'true'\ntR.");
  ASSERT_THAT(value, Succeeds());
  EXPECT_EQ(value->ToString(), "<<global os.system> called with ('true',)>");
  const PyObjectParts parts = *value->AsObject();
  EXPECT_EQ(*parts.callable.GlobalModule(), "os");
  EXPECT_EQ(*parts.callable.GlobalName(), "system");
  EXPECT_FALSE(parts.has_state);
}

TEST(UnpickleTest, ObjectsKeepStateAndItems) {
  EXPECT_EQ(TextOf("\x80\x02"
                   "cm\nC\n)\x81}K\x01K\x02sb."),
            "<<global m.C> made with (), state {1: 2}>");
  EXPECT_EQ(TextOf("\x80\x02"
                   "ccollections\nOrderedDict\n)R(K\x01K\x02u."),
            "<<global collections.OrderedDict> called with (), items {1: 2}>");
  EXPECT_EQ(TextOf("\x80\x02"
                   "ccollections\ndeque\n)R(K\x01K\x02"
                   "e."),
            "<<global collections.deque> called with (), items [1, 2]>");
  EXPECT_EQ(TextOf("(im\nOld\n."), "<<global m.Old> made with ()>");
  EXPECT_EQ(TextOf("(cm\nOld\nK\x01o."), "<<global m.Old> made with (1,)>");
}

TEST(UnpickleTest, ObjectsAreWrittenAsTheyWereRead) {
  for (const char* pickle :
       {"cm\nC\n(K\x01K\x02tR.", "cm\nC\n)\x81}K\x01K\x02sb.", "(cm\nOld\nK\x01o.",
        "cm\nC\n)R(K\x01K\x02"
        "e(K\x03K\x04uK\x05"
        "b."}) {
    const absl::StatusOr<PyValue> value = Unpickle(pickle);
    ASSERT_THAT(value, Succeeds()) << pickle;
    for (const PickleDialect dialect :
         {PickleDialect::kAll, PickleDialect::kPython2, PickleDialect::kPython3}) {
      const absl::StatusOr<std::string> again = Pickle(*value, {dialect});
      ASSERT_THAT(again, Succeeds());
      EXPECT_EQ(*Unpickle(*again), *value) << value->ToString();
    }
  }
}

TEST(UnpickleTest, NamesOfPython2AreTranslatedAndBack) {
  const absl::StatusOr<PyValue> value = Unpickle(
      "\x80\x02"
      "cexceptions\nKeyError\n.");
  ASSERT_THAT(value, Succeeds());
  EXPECT_EQ(value->ToString(), "<global builtins.KeyError>");
  EXPECT_EQ(*Pickle(*value),
            "\x80\x02"
            "cexceptions\nKeyError\n.");
  EXPECT_EQ(*Pickle(*value, {PickleDialect::kPython3}),
            "\x80\x04\x8c\x08"
            "builtins\x8c\x08"
            "KeyError\x93.");
  EXPECT_EQ(*Pickle(PyValue::Global("_queue", "Empty")),
            "\x80\x02"
            "cQueue\nEmpty\n.");
}

TEST(UnpickleTest, AStrOfPython2) {
  const absl::string_view ascii =
      "U\x01"
      "a.";
  const absl::string_view data = "U\x02\xe9\x01.";
  EXPECT_EQ(TextOf(ascii), "'a'");
  EXPECT_EQ(TextOf(data), "b'\\xe9\\x01'");
  EXPECT_EQ(TextOf(ascii, {Python2Str::kBytes}), "b'a'");
  EXPECT_EQ(TextOf(data, {Python2Str::kLatin1}), "'é\\x01'");
  EXPECT_EQ(TextOf(ascii, {Python2Str::kAscii}), "'a'");
  EXPECT_EQ(TextOf(data, {Python2Str::kAscii}),
            "'ascii' codec can't decode byte 0xe9 in position 0: ordinal not in range(128) "
            "(offset 0)");
}

TEST(UnpickleTest, TheEncodingOfAByteArrayOfPython2MayBeBytes) {
  const absl::string_view pickle = "c__builtin__\nbytearray\n(Va\\u00ff\nS'latin-1'\ntR.";
  EXPECT_EQ(TextOf(pickle), "bytearray(b'a\\xff')");
  EXPECT_EQ(TextOf(pickle, {Python2Str::kBytes}), "bytearray(b'a\\xff')");
}

TEST(UnpickleTest, NumbersOfProtocol0) {
  EXPECT_EQ(TextOf("I01\n."), "True");
  EXPECT_EQ(TextOf("I-0\n."), "False");
  EXPECT_EQ(TextOf("I1\n."), "1");
  EXPECT_EQ(TextOf("F-1.5\n."), "-1.5");
  EXPECT_EQ(TextOf("Finf\n."), "inf");
  EXPECT_EQ(TextOf("Fnan\n."), "nan");
}

TEST(UnpickleTest, SharedPartsStaySharedAndDoNotMultiply) {
  // Each level contains the one before twice: 2^60 values if they were copied.
  std::string pickle = "]q\x01";
  for (char i = 1; i <= 60; ++i) {
    const std::string get = absl::StrCat("h", std::string(1, i));
    absl::StrAppend(&pickle, "0]q", std::string(1, static_cast<char>(i + 1)), "(", get, get, "e");
  }
  pickle += ".";
  const absl::StatusOr<PyValue> value = Unpickle(pickle);
  ASSERT_THAT(value, Succeeds());
  EXPECT_EQ(value->depth(), 61);
  EXPECT_EQ(*value, *Unpickle(pickle));
  const absl::StatusOr<std::string> again = Pickle(*value);
  ASSERT_THAT(again, Succeeds());
  EXPECT_LT(again->size(), 1000);
  EXPECT_LT(value->ToString(1000).size(), 1010);
}

TEST(UnpickleTest, NestedKeysDoNotMultiply) {
  // frozenset({x, (x,)}) for 40 levels, twice, compared as keys.
  std::string pickle = "\x80\x04(";
  for (int twice = 0; twice < 2; ++twice) {
    pickle += "(\x91\x94";
    for (int i = 0; i < 40; ++i) {
      const std::string get = absl::StrCat("h", std::string(1, static_cast<char>(41 * twice + i)));
      absl::StrAppend(&pickle, "0(", get, get, "\x85\x91\x94");
    }
  }
  pickle += "\x91.";
  const absl::StatusOr<PyValue> value = Unpickle(pickle);
  ASSERT_THAT(value, Succeeds());
  EXPECT_EQ(value->AsItems()->size(), 1);
}

TEST(UnpickleTest, CyclesAreRefused) {
  for (const char* pickle : {"]q\x01h\x01"
                             "a.",
                             "]q\x01(h\x01"
                             "e.",
                             "}q\x01K\x01h\x01s.",
                             "]q\x01]h\x01"
                             "aa.",
                             "cm\nC\n)\x81q\x01}K\x01h\x01sb."}) {
    EXPECT_THAT(Unpickle(pickle), FailsWithCode(StatusCode::kUnimplemented, "the pickle changes"))
        << pickle;
  }
}

TEST(UnpickleTest, WhatIsOutsideOfThePickleIsRefused) {
  EXPECT_THAT(Unpickle("Pid\n."),
              FailsWithCode(StatusCode::kUnimplemented, "the pickle contains a persistent id"));
  EXPECT_THAT(Unpickle("NQ."),
              FailsWithCode(StatusCode::kUnimplemented, "the pickle contains a persistent id"));
  EXPECT_THAT(Unpickle("\x82\x01."),
              FailsWithCode(StatusCode::kUnimplemented, "the pickle contains a code"));
  EXPECT_THAT(Unpickle("\x97."),
              FailsWithCode(StatusCode::kUnimplemented, "the pickle refers to an out-of-band"));
}

TEST(UnpickleTest, BadPicklesAreNamed) {
  using Case = std::pair<absl::string_view, absl::string_view>;
  for (const auto& [pickle, message] : std::vector<Case>{
           {"", "Ran out of input (offset 0)"},
           {"K", "pickle data was truncated (offset 0)"},
           {"NN\x85", "pickle data was truncated (offset 3)"},
           {"?", "invalid load key, '?'. (offset 0)"},
           {"N\xff", "invalid load key, '\\xff'. (offset 1)"},
           {"\x80\x06N.", "unsupported pickle protocol: 6 (offset 0)"},
           {".", "unpickling stack underflow (offset 0)"},
           {"NN.", "the pickle contains 2 values instead of one (offset 2)"},
           {"Nt.", "could not find MARK (offset 1)"},
           {"N(a.", "unexpected MARK found (offset 2)"},
           {"h\x07.", "Memo value not found at index 7 (offset 0)"},
           {"N.N", "1 bytes follow the pickle (offset 2)"},
           {"}]Ns.", "unhashable type: 'list' (offset 3)"},
           {"}]\x85Ns.", "unhashable type: 'list' (offset 4)"},
           {"(Nd.", "odd number of items for SET ITEMS (offset 2)"},
           {")Na.", "APPENDS for a value of type tuple (offset 2)"},
           {"K\x01)R.", "'int' object is not callable (offset 3)"},
           {"cm\nC\nNR.", "argument list must be a tuple, not NoneType (offset 6)"},
           {"]Nb.", "BUILD for a value of type list (offset 2)"},
           {"I1x\n.", "invalid literal for int() with base 10: '1x' (offset 0)"},
           {"I010\n.", "an int with a zero in front: '010' (offset 0)"},
           {"L-07L\n.", "an int with a zero in front: '-07' (offset 0)"},
           {"F1e999\n.", "could not convert string to float (offset 0)"},
           {"F 1.5\n.", "could not convert string to float (offset 0)"},
           {"X\x01", "pickle data was truncated (offset 0)"},
           {"\x8c\x01\xff.", "'utf-8' codec can't decode byte 0xff in position 0 (offset 0)"},
       }) {
    EXPECT_EQ(TextOf(pickle), message);
  }
}

TEST(UnpickleTest, AClaimedLengthAllocatesNothing) {
  const std::string huge = "\xff\xff\xff\xff\xff\xff\xff\x7f";
  for (const absl::string_view opcode : {"\x8d", "\x8e", "\x96"}) {
    EXPECT_EQ(TextOf(absl::StrCat(opcode, huge, "x.")), "pickle data was truncated (offset 0)");
  }
  EXPECT_EQ(TextOf("B\xff\xff\xff\xffx."), "pickle data was truncated (offset 0)");
  EXPECT_EQ(TextOf("T\xff\xff\xff\xffx."), "BINSTRING pickle has negative byte count (offset 0)");
  EXPECT_EQ(TextOf("\x8b\xff\xff\xff\xffx."), "LONG pickle has negative byte count (offset 0)");
  EXPECT_EQ(TextOf(absl::StrCat("\x95", huge, "N.")),
            "pickle exhausted before end of frame (offset 0)");
  EXPECT_EQ(TextOf("Nr\xff\xff\xff\xff"
                   "0j\xff\xff\xff\xff."),
            "None");
}

TEST(UnpickleTest, LimitsAreKept) {
  const std::string deep = Times(1000000, "]") + Times(999999, "a") + ".";
  EXPECT_THAT(Unpickle(deep), FailsWithCode(StatusCode::kResourceExhausted,
                                            "the value is nested deeper than max_depth, 100 "));
  EXPECT_THAT(Unpickle(Times(100, "]") + Times(99, "a") + "."), Succeeds());
  EXPECT_THAT(Unpickle(Times(101, "]") + Times(100, "a") + "."), testing::Not(Succeeds()));
  EXPECT_THAT(Unpickle(Times(1000, "(") + "N."), testing::Not(Succeeds()));
  UnpickleOptions options;
  options.max_nodes = 10;
  EXPECT_THAT(Unpickle("](NNNNNNNNe.", options), Succeeds());
  EXPECT_THAT(Unpickle("](NNNNNNNNNNe.", options),
              FailsWithCode(StatusCode::kResourceExhausted, "the pickle contains more values"));
  options = {};
  options.max_memory = 1000;
  EXPECT_THAT(Unpickle(Times(100, "]0") + "N.", options),
              FailsWithCode(StatusCode::kResourceExhausted, "the pickle takes more memory"));
  options = {};
  options.max_depth = kMaxUnpickleDepth + 1;
  EXPECT_THAT(Unpickle("N.", options), FailsWithCode(StatusCode::kInvalidArgument, "max_depth"));
}

TEST(UnpickleTest, ComparingEqualKeysAgainAndAgainIsLimited) {
  // Two equal keys of 20,000 values each, and 100,000 entries that use them in turn.
  std::string pickle;
  for (char i = 1; i <= 2; ++i) {
    absl::StrAppend(&pickle, "(", Times(20000, "N"), "tq", std::string(1, i), "0");
  }
  pickle += "}" + Times(50000, "h\x01Nsh\x02Ns") + ".";
  UnpickleOptions options;
  options.max_nodes = 1000000;
  EXPECT_THAT(Unpickle(pickle, options),
              FailsWithCode(StatusCode::kResourceExhausted, "comparing the keys costs more"));
}

// An object that was hashed as a key, dropped because an equal one was there, and then changed.
TEST(UnpickleTest, AnObjectThatIsChangedIsFoundAsWhatItIs) {
  const std::string numbers = "(K\x01K\x02K\x03K\x04K\x05K\x06K\x07K\x08K\x09";
  const std::string made = "cm\nC\n)\x81";
  for (const std::string change : {"K\x07"
                                   "b",
                                   "K\x07"
                                   "a"}) {
    const std::string dropped = "\x8f" + numbers + made + made +
                                "q\x01\x90"
                                "0";
    const std::string equal = made + change;
    const absl::StatusOr<PyValue> both =
        Unpickle(dropped + "\x8f" + numbers + "h\x01" + change + equal + "\x90.");
    ASSERT_THAT(both, Succeeds());
    EXPECT_EQ(both->AsItems()->size(), 10) << both->ToString();
  }
}

TEST(UnpickleTest, PicklesMayFollowEachOther) {
  absl::string_view pickles = "K\x01.K\x02.";
  EXPECT_EQ(UnpickleFirst(pickles)->ToString(), "1");
  EXPECT_EQ(UnpickleFirst(pickles)->ToString(), "2");
  EXPECT_THAT(UnpickleFirst(pickles), FailsWithCode(StatusCode::kInvalidArgument, "Ran out"));
}

TEST(PickleTest, DeepValuesNeedNoStack) {
  PyValue value;
  for (int i = 0; i < 1000000; ++i) value = PyValue::List({value});
  const absl::StatusOr<std::string> pickle = Pickle(value);
  ASSERT_THAT(pickle, Succeeds());
  EXPECT_EQ(value.ToString(3), "[[[...");
  EXPECT_EQ(value, PyValue(value));
}

TEST(PickleTest, WhatADialectCannotExpressIsRefused) {
  PyObjectParts parts;
  parts.construction = PyConstruction::kNewWithKeywords;
  parts.callable = PyValue::Global("m", "C");
  parts.args = PyValue::Tuple({});
  parts.kwargs = *PyValue::Dict({});
  EXPECT_THAT(Pickle(PyValue::Object(parts)),
              FailsWithCode(StatusCode::kInvalidArgument, "keyword arguments"));
  EXPECT_THAT(Pickle(PyValue::Object(parts), {PickleDialect::kPython3}), Succeeds());
  parts.args = PyValue();
  EXPECT_THAT(Pickle(PyValue::Object(parts), {PickleDialect::kPython3}),
              FailsWithCode(StatusCode::kInvalidArgument, "the arguments of an object"));
  EXPECT_THAT(Pickle(PyValue::Global("m", "A.B")),
              FailsWithCode(StatusCode::kInvalidArgument, "the nested name"));
  EXPECT_THAT(Pickle(PyValue::Global("m", "A\nB")),
              FailsWithCode(StatusCode::kInvalidArgument, "a global with a newline"));
  EXPECT_THAT(Pickle(PyValue::Str("a\xff")),
              FailsWithCode(StatusCode::kInvalidArgument, "a str is no UTF-8 from byte 1"));
}

}  // namespace
}  // namespace someos::multiprocessing
