#include "someos/api/multiprocessing/xml_rpc/xml_rpc.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/recorded_pickles.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

std::string Message(absl::string_view value) {
  return absl::StrCat("<params>\n<param>\n", value, "</param>\n</params>\n");
}

absl::StatusOr<PyValue> ReadValue(absl::string_view value) { return ReadXmlRpc(Message(value)); }

TEST(XmlRpcTest, WhatPythonWritesIsReadAndWrittenInTheSameWay) {
  const std::vector<RecordedPickle> all = ReadRecorded(std::getenv("RECORDED"));
  EXPECT_EQ(all.size(), 35u);
  for (const RecordedPickle& recorded : all) {
    const absl::StatusOr<PyValue> value = ReadXmlRpc(recorded.pickle);
    ASSERT_THAT(value, Succeeds()) << recorded.pickle;
    EXPECT_EQ(value->ToString(), recorded.text);
    const absl::StatusOr<std::string> written = WriteXmlRpc(*value);
    ASSERT_THAT(written, Succeeds());
    EXPECT_EQ(*written, recorded.pickle);
  }
}

TEST(XmlRpcTest, TuplesBecomeListsAndBytearraysBytes) {
  const absl::StatusOr<std::string> xml =
      WriteXmlRpc(PyValue::Tuple({PyValue(1), PyValue::ByteArray("x")}));
  ASSERT_THAT(xml, Succeeds());
  EXPECT_EQ(ReadXmlRpc(*xml)->ToString(), "[1, b'x']");
}

// Which Python's own writer would not.
TEST(XmlRpcTest, CarriageReturnsArrive) {
  const PyValue text = PyValue::Str("a\r\nb\rc");
  EXPECT_EQ(*ReadXmlRpc(*WriteXmlRpc(text)), text);
  EXPECT_EQ(*ReadValue("<value><string>a\r\nb\rc</string></value>"), PyValue::Str("a\nb\nc"));
}

TEST(XmlRpcTest, ReferencesToCharactersAreRead) {
  EXPECT_EQ(*ReadValue("<value><string>&#65;&#x20ac;&quot;&apos;</string></value>"),
            PyValue::Str("A\xe2\x82\xac\"'"));
  for (const char* wrong :
       {"&",          "&;",       "&amp",           "&nbsp;", "&#0;", "&#x0;",  "&#xd800;",
        "&#x110000;", "&#-1;",    "&#99999999999;", "&#x;",   "&#;",  "&#+65;", "&# 65;",
        "&#65 ;",     "&#x0x41;", "&#x 41;",        "&#X41;", "\x01", "\xff",   "\xed\xa0\x80"}) {
    EXPECT_THAT(ReadValue(absl::StrCat("<value><string>", wrong, "</string></value>")),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "XML-RPC: not well-formed text"))
        << wrong;
  }
}

TEST(XmlRpcTest, ADeclarationAndSpaceMayStandBetweenTags) {
  EXPECT_EQ(*ReadXmlRpc("<?xml version='1.0'?>\n<params> <param><value><array><data></data></array>"
                        "</value>\r\n</param></params>\n\n"),
            PyValue::List({}));
}

TEST(XmlRpcTest, WhatXmlRpcLacksIsNotWritten) {
  for (const int64_t number : {int64_t{1} << 31, -(int64_t{1} << 31) - 1}) {
    EXPECT_THAT(WriteXmlRpc(PyValue(number)),
                FailsWithCode(absl::StatusCode::kOutOfRange, "int exceeds XML-RPC limits"));
  }
  EXPECT_THAT(WriteXmlRpc(*PyValue::IntFromDecimal("100000000000000000000")),
              FailsWithCode(absl::StatusCode::kOutOfRange, "int exceeds XML-RPC limits"));
  EXPECT_THAT(WriteXmlRpc(*PyValue::Set({})),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "cannot marshal set objects"));
  EXPECT_THAT(WriteXmlRpc(*PyValue::Dict({{PyValue(1), PyValue(2)}})),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "dictionary key must be string"));
  for (const char* text : {"\x01", "\x7f\x1f", "\xef\xbf\xbf", "\xed\xa0\x80", "\xff"}) {
    EXPECT_THAT(WriteXmlRpc(PyValue::List({PyValue::Str(text)})),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "XML cannot contain the str"));
  }
}

TEST(XmlRpcTest, OtherTextsAreErrors) {
  const auto fails = [](const char* message) {
    return FailsWithCode(absl::StatusCode::kInvalidArgument, message);
  };
  EXPECT_THAT(ReadXmlRpc(""), fails("XML-RPC: expected <params> (offset 0)"));
  EXPECT_THAT(ReadXmlRpc("<?xml"), fails("XML-RPC: expected ?>"));
  EXPECT_THAT(ReadXmlRpc("<params></params>"), fails("XML-RPC: expected <param>"));
  EXPECT_THAT(ReadXmlRpc(Message("<value><nil/></value>") + "x"),
              fails("XML-RPC: expected the end (offset 57)"));
  EXPECT_THAT(ReadValue("<value><i4>1</i4></value>"), fails("XML-RPC: expected a type"));
  EXPECT_THAT(ReadValue("<value><int>1</string></value>"), fails("XML-RPC: expected </int>"));
  EXPECT_THAT(ReadValue("<value><int>one</int></value>"), fails("invalid literal"));
  EXPECT_THAT(ReadValue("<value><boolean>2</boolean></value>"),
              fails("XML-RPC: bad boolean value"));
  EXPECT_THAT(ReadValue("<value><double>x</double></value>"), fails("XML-RPC: not a double"));
  EXPECT_THAT(ReadValue("<value><base64>*</base64></value>"), fails("XML-RPC: not base64"));
  EXPECT_THAT(ReadValue("<value><struct><member><value><nil/></value></member></struct></value>"),
              fails("XML-RPC: expected <name>"));
  EXPECT_THAT(ReadValue("<value><dateTime.iso8601>19980717T14:08:55</dateTime.iso8601></value>"),
              FailsWithCode(absl::StatusCode::kUnimplemented, "XML-RPC: dateTime.iso8601"));
}

TEST(XmlRpcTest, EveryBeginningOfATextIsAnError) {
  const std::string xml =
      *WriteXmlRpc(PyValue::List({PyValue::Str("a&b"), PyValue::Bytes("c"),
                                  *PyValue::Dict({{PyValue::Str("d"), PyValue(1.5)}})}));
  ASSERT_THAT(ReadXmlRpc(xml), Succeeds());
  for (size_t size = 0; size + 1 < xml.size(); ++size) {
    EXPECT_FALSE(ReadXmlRpc(absl::string_view(xml).substr(0, size)).ok()) << size;
  }
}

// Lists within each other.
std::string Nested(int levels) {
  std::string xml;
  for (int i = 1; i < levels; ++i) xml += "<value><array><data>";
  xml += "<value><nil/></value>";
  for (int i = 1; i < levels; ++i) xml += "</data></array></value>";
  return xml;
}

TEST(XmlRpcTest, DepthAndMemoryHaveLimits) {
  EXPECT_THAT(ReadValue(Nested(100)), Succeeds());
  EXPECT_THAT(ReadValue(Nested(101)),
              FailsWithCode(absl::StatusCode::kResourceExhausted, "XML-RPC: more than 100 levels"));
  XmlRpcLimits limits;
  limits.max_depth = kMaxXmlRpcDepth;
  EXPECT_THAT(ReadXmlRpc(Message(Nested(kMaxXmlRpcDepth)), limits), Succeeds());
  EXPECT_FALSE(ReadXmlRpc(Message(Nested(100000)), limits).ok());
  limits.max_depth = kMaxXmlRpcDepth + 1;
  EXPECT_THAT(ReadXmlRpc(Message(Nested(1)), limits),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "max_depth must be at most"));

  PyValue deep;
  for (size_t i = 1; i < kMaxXmlRpcDepth; ++i) deep = PyValue::List({deep});
  EXPECT_THAT(WriteXmlRpc(deep), Succeeds());
  EXPECT_THAT(WriteXmlRpc(PyValue::List({deep})),
              FailsWithCode(absl::StatusCode::kInvalidArgument, "XML-RPC: more than 1000 levels"));

  XmlRpcLimits little;
  little.max_memory = 1000;
  EXPECT_THAT(ReadXmlRpc(*WriteXmlRpc(PyValue::Str(std::string(800, 'x'))), little), Succeeds());
  for (const PyValue& value :
       {PyValue::Str(std::string(1000, 'x')), PyValue::Bytes(std::string(1000, 'x')),
        PyValue::List(std::vector<PyValue>(10))}) {
    EXPECT_THAT(
        ReadXmlRpc(*WriteXmlRpc(value), little),
        FailsWithCode(absl::StatusCode::kResourceExhausted, "XML-RPC: more than 1000 bytes"));
  }
  const std::string digits(2000, '1');
  EXPECT_THAT(ReadXmlRpc(Message(absl::StrCat("<value><int>", digits, "</int></value>")), little),
              FailsWithCode(absl::StatusCode::kResourceExhausted, "XML-RPC: more than 1000 bytes"));
}

// Each level contains the one below twice.
TEST(XmlRpcTest, WhatIsWrittenHasALimit) {
  PyValue shared = PyValue::Str("x");
  for (int i = 0; i < 64; ++i) shared = PyValue::List({shared, shared});
  EXPECT_THAT(WriteXmlRpc(shared, 10000), FailsWithCode(absl::StatusCode::kResourceExhausted,
                                                        "XML-RPC: more than 10000 bytes"));
  const PyValue text = PyValue::List({PyValue::Str(std::string(500, '&'))});
  const size_t size = WriteXmlRpc(text)->size();
  EXPECT_THAT(WriteXmlRpc(text, size), Succeeds());
  EXPECT_THAT(WriteXmlRpc(text, size - 1),
              FailsWithCode(absl::StatusCode::kResourceExhausted, "XML-RPC: more than"));
}

}  // namespace
}  // namespace someos::multiprocessing
