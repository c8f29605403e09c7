// What is made of messages of interpreters, and what they would have written themselves.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/functions/named_functions.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/python_worker/evaluator.h"
#include "someos/api/multiprocessing/python_worker/executor_messages.h"
#include "someos/api/multiprocessing/python_worker/pool_messages.h"
#include "someos/api/multiprocessing/python_worker/recorded_messages.h"
#include "someos/api/multiprocessing/python_worker/spawn_message.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr size_t kVersionsOfPool = 9;      // 3.6 to 3.14
constexpr size_t kVersionsOfExecutor = 8;  // 3.7 to 3.14

SpawnMessage Spawned(const RecordedMessage& recorded) { return **ReadSpawnMessage(recorded.bytes); }

// A function that returns its arguments as text.
NamedFunctions Functions() {
  NamedFunctions functions;
  functions.Register("functions.f", [](const Arguments& arguments) -> absl::StatusOr<PyValue> {
    std::string text;
    for (const PyValue& value : arguments.positional()) absl::StrAppend(&text, value.ToString());
    for (const PyValue& value : arguments.keywords()) absl::StrAppend(&text, value.ToString());
    return PyValue::Str(text);
  });
  return functions;
}

PoolTask TaskOf(absl::string_view subject, const std::string& version) {
  for (const RecordedMessage& recorded : Recorded(subject)) {
    if (recorded.version == version) return **ReadPoolTask(recorded.bytes);
  }
  return {};
}

TEST(SpawnMessageTest, APoolsWorkerIsUnderstood) {
  const std::vector<RecordedMessage> messages = Recorded("pool");
  EXPECT_EQ(messages.size(), kVersionsOfPool);
  for (const RecordedMessage& recorded : messages) {
    SCOPED_TRACE(recorded.version);
    const SpawnMessage message = Spawned(recorded);
    EXPECT_EQ(absl::StrCat(message.python.oldest() / 100, ".", message.python.oldest() % 100),
              recorded.version);
    EXPECT_EQ(message.python.oldest(), message.python.newest());
    EXPECT_EQ(message.authkey, "0123456789abcdef0123456789abcdef");
    EXPECT_EQ(message.name, "Spawned-1");
    ASSERT_TRUE(IsPoolWorker(message.target));
    const absl::StatusOr<PoolWorkerState> state = ReadPoolWorker(message.args);
    ASSERT_THAT(state, Succeeds());
    EXPECT_EQ(state->tasks.reader, 10);
    EXPECT_EQ(state->tasks.writer, 11);
    EXPECT_EQ(state->results.reader, 12);
    EXPECT_EQ(state->results.writer, 13);
    for (const std::string& name : {state->tasks.read_lock, state->tasks.write_lock,
                                    state->results.read_lock, state->results.write_lock}) {
      EXPECT_TRUE(absl::StartsWith(name, "/mp-")) << name;
    }
    EXPECT_TRUE(state->initializer.is_none());
    EXPECT_FALSE(state->max_tasks.has_value());
    EXPECT_TRUE(state->wrap_exceptions);
  }
}

TEST(SpawnMessageTest, AnInitializerAndAMostAreUnderstood) {
  for (const RecordedMessage& recorded : Recorded("pool_initializer")) {
    const absl::StatusOr<PoolWorkerState> state = ReadPoolWorker(Spawned(recorded).args);
    ASSERT_THAT(state, Succeeds());
    EXPECT_EQ(state->initializer, PyValue::Global("functions", "f"));
    EXPECT_EQ(state->initializer_args, PyValue::Tuple({PyValue(1)}));
    EXPECT_EQ(state->max_tasks, 7);
  }
}

TEST(SpawnMessageTest, AnExecutorsWorkerIsUnderstood) {
  const std::vector<RecordedMessage> messages = Recorded("executor");
  EXPECT_EQ(messages.size(), kVersionsOfExecutor);
  for (const RecordedMessage& recorded : messages) {
    SCOPED_TRACE(recorded.version);
    const SpawnMessage message = Spawned(recorded);
    ASSERT_TRUE(IsExecutorWorker(message.target));
    const absl::StatusOr<ExecutorWorkerState> state = ReadExecutorWorker(message.args);
    ASSERT_THAT(state, Succeeds());
    EXPECT_EQ(state->calls.reader, 10);
    EXPECT_EQ(state->calls.writer, 11);
    EXPECT_EQ(state->results.reader, 12);
    EXPECT_EQ(state->results.writer, 13);
    EXPECT_TRUE(absl::StartsWith(state->calls.places, "/mp-"));
    EXPECT_EQ(state->results_have_exit_pid, message.python.oldest() >= 311);
  }
}

TEST(SpawnMessageTest, ABeginningIsNotTakenForAMessage) {
  for (const RecordedMessage& recorded : Recorded("pool")) {
    for (size_t size = 0; size < recorded.bytes.size(); ++size) {
      const absl::StatusOr<std::optional<SpawnMessage>> message =
          ReadSpawnMessage(absl::string_view(recorded.bytes).substr(0, size));
      ASSERT_THAT(message.status(), Succeeds()) << recorded.version << " " << size;
      ASSERT_FALSE(message->has_value()) << size;
    }
  }
}

TEST(SpawnMessageTest, AnUnknownVersionIsRefused) {
  for (const RecordedMessage& recorded : Recorded("pool")) {
    if (recorded.version != "3.14") continue;
    for (const auto& [name, version] :
         std::vector<std::pair<std::string, std::string>>{{"python315", "Python 3.15 "},
                                                          {"python400", "Python 4.0 "},
                                                          {"python305", "Python 3.5 "}}) {
      const std::string bytes = absl::StrReplaceAll(recorded.bytes, {{"python314", name}});
      EXPECT_THAT(ReadSpawnMessage(bytes),
                  FailsWithCode(absl::StatusCode::kUnimplemented, version));
    }
    const std::string bytes =
        absl::StrReplaceAll(recorded.bytes, {{"SpawnProcess", "SpawnedThing"}});
    EXPECT_THAT(ReadSpawnMessage(bytes), FailsWithCode(absl::StatusCode::kUnimplemented,
                                                       "expected multiprocessing.context."));
  }
}

TEST(SpawnMessageTest, OtherArgumentsOfWorkersAreRefused) {
  for (const RecordedMessage& recorded : Recorded("pool")) {
    const std::vector<std::pair<std::string, std::string>> changes = {
        {"SimpleQueue", "SimplyQueue"},
        {"_DupFd", "_NewFd"},
        {"rebuild_conn", "rebuilt_conn"},
        {"synchronize", "synchronise"}};
    for (const auto& change : changes) {
      const std::string bytes = absl::StrReplaceAll(recorded.bytes, {change});
      EXPECT_THAT(ReadPoolWorker((*ReadSpawnMessage(bytes))->args),
                  FailsWithCode(absl::StatusCode::kUnimplemented, "expected "))
          << change.second;
    }
    EXPECT_FALSE(ReadExecutorWorker(Spawned(recorded).args).ok());
  }
  EXPECT_FALSE(ReadPoolWorker(PyValue()).ok());
  EXPECT_FALSE(ReadExecutorWorker(PyValue()).ok());
}

TEST(PoolMessagesTest, TasksAreDone) {
  const NamedFunctions functions = Functions();
  const Evaluator evaluator(functions, "program");
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"map", "['1', '2']"},
      {"starmap", "['12', '34']"},
      {"apply", "\"1'k'2\""},
      {"partial", "\"13'k'2\""},
  };
  for (const auto& [subject, result] : expected) {
    const std::vector<RecordedMessage> messages = Recorded(subject);
    EXPECT_EQ(messages.size(), kVersionsOfPool);
    for (const RecordedMessage& recorded : messages) {
      const std::optional<PoolTask> task = *ReadPoolTask(recorded.bytes);
      EXPECT_EQ(task->job, PyValue(subject == "apply" ? 300 : 3));
      EXPECT_EQ(task->index, PyValue(subject == "apply" ? 70000 : 4));
      const std::optional<PoolTask> numbers = ReadPoolTaskNumbers(recorded.bytes);
      ASSERT_TRUE(numbers.has_value());
      EXPECT_EQ(numbers->job, task->job);
      EXPECT_EQ(numbers->index, task->index);
      EXPECT_EQ(evaluator.Call(task->function, task->args, task->kwargs)->ToString(), result)
          << recorded.version << " " << subject;
    }
  }
}

TEST(PoolMessagesTest, ResultsAreThoseOfPythonsWorkers) {
  const PoolTask task = TaskOf("map", "3.14");
  for (const RecordedMessage& recorded : Recorded("value")) {
    EXPECT_EQ(*Unpickle(WritePoolResult(task, PyValue::List({PyValue(5)}), true, "program")),
              *Unpickle(recorded.bytes));
  }
  const std::string message =
      WritePoolEncodingError(task, absl::InvalidArgumentError("value"), absl::OkStatus());
  for (const RecordedMessage& recorded : Recorded("encoding")) {
    const PyObjectParts theirs =
        *Unpickle(recorded.bytes)->AsItems()->at(2).AsItems()->at(1).AsObject();
    const PyObjectParts ours = *Unpickle(message)->AsItems()->at(2).AsItems()->at(1).AsObject();
    EXPECT_EQ(ours.callable, theirs.callable);
    EXPECT_EQ(*ours.state.Get("value"), ours.args.AsItems()->at(1));
    EXPECT_EQ(*theirs.state.Get("value"), theirs.args.AsItems()->at(1));
  }
}

// The exception and the text of its traceback.
std::pair<PyValue, std::string> Rebuilt(const PyValue& value) {
  const PyObjectParts parts = *value.AsObject();
  return {parts.args.AsItems()->at(0), std::string(*parts.args.AsItems()->at(1).AsStr())};
}

void ExpectSameException(const PyValue& ours, const PyValue& theirs) {
  EXPECT_EQ(ours.AsObject()->callable, theirs.AsObject()->callable);
  EXPECT_EQ(Rebuilt(ours).first, Rebuilt(theirs).first);
  for (const PyValue& value : {ours, theirs}) {
    const std::string text = Rebuilt(value).second;
    EXPECT_TRUE(absl::StartsWith(text, "\n\"\"\"\nTraceback (most recent call last):\n  ")) << text;
    EXPECT_TRUE(absl::EndsWith(text, "\nValueError: text\n\"\"\"")) << text;
  }
}

TEST(PoolMessagesTest, ErrorsAreThoseOfPythonsWorkers) {
  const PoolTask task = TaskOf("map", "3.14");
  const absl::Status error = absl::InvalidArgumentError("text");
  for (const RecordedMessage& recorded : Recorded("error")) {
    const PyValue theirs = *Unpickle(recorded.bytes);
    const PyValue ours = *Unpickle(WritePoolResult(task, error, true, "program"));
    EXPECT_EQ(ours.AsItems()->at(0), theirs.AsItems()->at(0));
    EXPECT_EQ(ours.AsItems()->at(1), theirs.AsItems()->at(1));
    EXPECT_EQ(ours.AsItems()->at(2).AsItems()->at(0), PyValue(false));
    ExpectSameException(ours.AsItems()->at(2).AsItems()->at(1),
                        theirs.AsItems()->at(2).AsItems()->at(1));
  }
  const PyValue bare = *Unpickle(WritePoolResult(task, error, false, "program"));
  EXPECT_EQ(bare.AsItems()->at(2).AsItems()->at(1).ToString(),
            "<<global builtins.ValueError> called with ('text',)>");
}

TEST(PoolMessagesTest, WhatAnIterableHasRaisedGoesBackAsItIs) {
  for (const RecordedMessage& recorded : Recorded("reraise")) {
    const PoolTask task = **ReadPoolTask(recorded.bytes);
    const std::optional<absl::Status> raised = RaisedInParent(task);
    ASSERT_TRUE(raised.has_value());
    const PyValue result = *Unpickle(WritePoolResult(task, *raised, true, "program"));
    EXPECT_EQ(result.AsItems()->at(2).AsItems()->at(1), task.args.AsItems()->at(0));
  }
  EXPECT_FALSE(RaisedInParent(TaskOf("map", "3.14")).has_value());
}

TEST(PoolMessagesTest, WhatIsNoTaskIsRefused) {
  EXPECT_FALSE((*ReadPoolTask("N.")).has_value());
  EXPECT_THAT(ReadPoolTask("K\x01."), FailsWithCode(absl::StatusCode::kUnimplemented, "expected"));
  for (const absl::string_view bytes : {"", "\x80", "\x80\x04", "\x80\x04N.", "\x80\x04(K",
                                        "\x80\x04(K\x01X", "\x80\x04\x95\x01"}) {
    EXPECT_FALSE(ReadPoolTaskNumbers(bytes).has_value());
  }
}

TEST(ExecutorMessagesTest, CallsAreDone) {
  const NamedFunctions functions = Functions();
  const Evaluator evaluator(functions, "program");
  for (const auto& [subject, result] : std::vector<std::pair<std::string, std::string>>{
           {"chunk", "['12', '34']"}, {"call", "\"1'k'2\""}}) {
    const std::vector<RecordedMessage> messages = Recorded(subject);
    EXPECT_EQ(messages.size(), kVersionsOfExecutor);
    for (const RecordedMessage& recorded : messages) {
      const std::optional<ExecutorCall> call = *ReadExecutorCall(recorded.bytes);
      EXPECT_EQ(call->id, PyValue(3));
      EXPECT_EQ(evaluator.Call(call->function, call->args, call->kwargs)->ToString(), result);
    }
  }
  EXPECT_FALSE((*ReadExecutorCall("N.")).has_value());
  EXPECT_FALSE(ReadExecutorCall("K\x01.").ok());
}

TEST(ExecutorMessagesTest, ResultsAreThoseOfPythonsWorkers) {
  ExecutorCall call;
  call.id = PyValue(3);
  const PyValue none;
  for (const RecordedMessage& recorded : Recorded("result")) {
    const bool with_pid = absl::StrContains(recorded.bytes, "exit_pid");
    const PyValue list = PyValue::List({PyValue(5)});
    EXPECT_EQ(*Unpickle(WriteExecutorResult(call, list, with_pid ? &none : nullptr, "program")),
              *Unpickle(recorded.bytes));
  }
  for (const RecordedMessage& recorded : Recorded("exception")) {
    const bool with_pid = absl::StrContains(recorded.bytes, "exit_pid");
    const PyValue ours = *Unpickle(WriteExecutorResult(call, absl::InvalidArgumentError("text"),
                                                       with_pid ? &none : nullptr, "program"));
    const PyValue theirs = *Unpickle(recorded.bytes);
    EXPECT_EQ(ours.AsObject()->state.AsDictEntries()->size(),
              theirs.AsObject()->state.AsDictEntries()->size());
    ExpectSameException(*ours.AsObject()->state.Get("exception"),
                        *theirs.AsObject()->state.Get("exception"));
  }
  EXPECT_EQ(*Unpickle(WriteExecutorEnd(70000)), PyValue(70000));
}

TEST(ExecutorMessagesTest, AResultThatCannotBePickledIsAnException) {
  ExecutorCall call;
  call.id = PyValue(3);
  const PyValue result =
      *Unpickle(WriteExecutorResult(call, PyValue::Str("\xff"), nullptr, "program"));
  const PyValue exception = Rebuilt(*result.AsObject()->state.Get("exception")).first;
  EXPECT_TRUE(absl::StrContains(exception.ToString(), "the result cannot be pickled"))
      << exception.ToString();
}

TEST(EvaluatorTest, WhatIsNotRegisteredIsNamed) {
  NamedFunctions functions = Functions();
  functions.Register("g", [](const Arguments&) { return PyValue(1); });
  functions.Register("m.g", [](const Arguments&) { return PyValue(2); });
  const Evaluator evaluator(functions, "program");
  const PyValue args = PyValue::Tuple({});
  const PyValue kwargs = *PyValue::Dict({});
  EXPECT_EQ(*evaluator.Call(PyValue::Global("m", "g"), args, kwargs), PyValue(2));
  EXPECT_EQ(*evaluator.Call(PyValue::Global("n", "g"), args, kwargs), PyValue(1));
  EXPECT_THAT(evaluator.Call(PyValue::Global("n", "h"), args, kwargs),
              FailsWithCode(absl::StatusCode::kNotFound,
                            "AttributeError: the worker program has no function n.h; it has: "
                            "functions.f, g, m.g"));
  EXPECT_THAT(evaluator.Call(PyValue(1), args, kwargs),
              FailsWithCode(absl::StatusCode::kInvalidArgument,
                            "a worker in C++ calls functions by their names, not 1"));
  EXPECT_FALSE(evaluator.Call(PyValue::Global("m", "g"), PyValue(1), kwargs).ok());
  EXPECT_FALSE(evaluator.Call(PyValue::Global("m", "g"), args, PyValue(1)).ok());
  for (const char* wrapper : {"mapstar", "starmapstar"}) {
    EXPECT_FALSE(
        evaluator.Call(PyValue::Global("multiprocessing.pool", wrapper), args, kwargs).ok());
  }
}

#ifdef ABSL_HAVE_EXCEPTIONS

TEST(EvaluatorTest, WhatAFunctionThrowsIsItsError) {
  NamedFunctions functions;
  functions.Register("throw", [](const Arguments&) -> absl::StatusOr<PyValue> {
    throw std::runtime_error("thrown");
  });
  functions.Register("throw 1", [](const Arguments&) -> absl::StatusOr<PyValue> { throw 1; });
  const Evaluator evaluator(functions, "program");
  const PyValue args = PyValue::Tuple({});
  const PyValue kwargs = *PyValue::Dict({});
  EXPECT_THAT(evaluator.Call(PyValue::Global("m", "throw"), args, kwargs),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "thrown"));
  EXPECT_THAT(evaluator.Call(PyValue::Global("m", "throw 1"), args, kwargs),
              FailsWithCode(absl::StatusCode::kFailedPrecondition, "int"));
}

#endif

}  // namespace
}  // namespace someos::multiprocessing::internal
