// What a worker makes of messages that its pool has not sent like this.

#include "someos/api/multiprocessing/pool/function_message.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::pool {
namespace {

std::string Message(std::vector<PyValue> parts) {
  return *Pickle(PyValue::Tuple(std::move(parts)));
}

TEST(FunctionMessageTest, ATaskIsRead) {
  const PyValue arguments = PyValue::Tuple({PyValue(7)});
  const PyValue kwargs = *PyValue::Dict({});
  for (const CallKind kind : {CallKind::kCall, CallKind::kMap, CallKind::kStarmap}) {
    const absl::StatusOr<FunctionCall> call = ReadTask(
        Message({PyValue(static_cast<int>(kind)), PyValue::Str("square"), arguments, kwargs}));
    ASSERT_THAT(call, Succeeds());
    EXPECT_EQ(call->kind, kind);
    EXPECT_EQ(call->function, "square");
    EXPECT_EQ(call->arguments, arguments);
    EXPECT_EQ(call->kwargs, kwargs);
  }
}

TEST(FunctionMessageTest, WhatIsNoPickleIsAnError) {
  for (const char* message : {"", "x", "\x80\4"}) {
    EXPECT_FALSE(ReadTask(message).ok());
    EXPECT_FALSE(ReadSetup(message).ok());
  }
}

TEST(FunctionMessageTest, OtherPicklesAreRefused) {
  const auto refused = FailsWithCode(absl::StatusCode::kInternal, "the pool has sent something");
  const PyValue none;
  for (const std::string& message :
       {*Pickle(none), *Pickle(PyValue(7)), Message({}), Message({none, none}),
        Message({none, none, none, none, none})}) {
    EXPECT_THAT(ReadTask(message), refused);
    EXPECT_THAT(ReadSetup(message), refused);
  }
  for (const int kind : {-1, static_cast<int>(CallKind::kStarmap) + 1}) {
    EXPECT_THAT(ReadTask(Message({PyValue(kind), PyValue::Str("f"), none, none})), refused);
  }
  EXPECT_THAT(ReadTask(Message({none, PyValue::Str("f"), none, none})), refused);
}

}  // namespace
}  // namespace someos::multiprocessing::pool
