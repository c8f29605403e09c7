// The examples of api/multiprocessing/guidelines.md: they compile, do what the page says, and their
// lines stand here in the same order. The program is its own child.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection.h"
#include "someos/api/multiprocessing/process.h"
#include "someos/api/multiprocessing/queues.h"
#include "someos/api/multiprocessing/sharedctypes.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace multiprocessing = someos::multiprocessing;

namespace {

using someos::FailsWithCode;
using someos::MustSucceed;
using someos::Succeeds;

// Lines without blanks at their ends and without empty ones.
std::string Stripped(absl::string_view text) {
  std::vector<absl::string_view> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (!stripped.empty()) lines.push_back(stripped);
  }
  return absl::StrJoin(lines, "\n");
}

std::string FileOf(const char* variable) {
  std::ifstream file(std::getenv(variable));
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(GuidelinesTest, EachExampleIsHere) {
  const std::string source = Stripped(FileOf("SOURCE"));
  std::vector<std::string> parts = absl::StrSplit(FileOf("PAGE"), "```cpp\n");
  ASSERT_GT(parts.size(), 1u);
  for (const std::string& part : absl::MakeConstSpan(parts).subspan(1)) {
    const std::string example = Stripped(part.substr(0, part.find("```")));
    size_t position = 0;
    for (const absl::string_view line : absl::StrSplit(example, '\n')) {
      position = source.find(absl::StrCat("\n", line, "\n"), position);
      ASSERT_NE(position, std::string::npos) << line;
    }
  }
}

absl::StatusOr<int> Greet(const multiprocessing::ProcessCall& call) {
  std::cout << "hello " << *call.args[0].AsStr() << std::endl;
  return 0;
}

TEST(GuidelinesTest, AProcess) {
  testing::internal::CaptureStdout();
  multiprocessing::ProcessOptions options;
  options.args = {multiprocessing::PyValue::Str("bob")};
  multiprocessing::Process process("greet", options);  // RegisterFunction("greet", Greet)
  absl::Status status = process.Start();
  absl::StatusOr<bool> ended = process.Join();
  EXPECT_THAT(status, Succeeds());
  EXPECT_TRUE(*ended);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello bob\n");
}

TEST(GuidelinesTest, GetBeforeYouJoin) {
  auto queue = multiprocessing::Queue::Create();
  const auto put_much = [&](const multiprocessing::ProcessCall&) -> absl::StatusOr<int> {
    absl::Status put = (*queue)->Put(multiprocessing::PyValue::Str(std::string(1000000, 'X')));
    (*queue)->Close();
    absl::Status sent = (*queue)->JoinThread();  // once somebody gets it
    return put.ok() && sent.ok() ? 0 : 1;
  };
  multiprocessing::ProcessOptions options;
  options.context = *multiprocessing::GetContext("fork");
  multiprocessing::Process process(put_much, options);
  absl::Status status = process.Start();
  EXPECT_THAT(status, Succeeds());
  absl::StatusOr<bool> ended = process.Join(absl::Milliseconds(50));  // false
  EXPECT_FALSE(*ended);
  absl::StatusOr<multiprocessing::PyValue> text = (*queue)->Get();
  ended = process.Join();  // true
  EXPECT_TRUE(*ended);
  EXPECT_EQ(text->AsStr()->size(), 1000000U);
  EXPECT_EQ(*process.exitcode(), 0);
}

absl::StatusOr<int> Answer(const multiprocessing::ProcessCall& call) {
  auto connection = multiprocessing::Connection::Of(call.descriptors[0]);
  const auto question = connection->Receive();
  if (!question.ok()) return question.status();
  return connection->Send(multiprocessing::PyValue(*question->AsInt() * 2)).ok() ? 0 : 1;
}

TEST(GuidelinesTest, PassResourcesExplicitly) {
  auto ends = multiprocessing::Pipe();
  multiprocessing::ProcessOptions options;
  options.descriptors = {*ends->second.fileno()};
  multiprocessing::Process process("answer", options);
  absl::Status status = process.Start();
  ASSERT_THAT(status, Succeeds());
  ends->second.Close();  // the child has a duplicate
  status = ends->first.Send(multiprocessing::PyValue(21));
  EXPECT_THAT(status, Succeeds());
  absl::StatusOr<multiprocessing::PyValue> answer = ends->first.Receive();
  EXPECT_EQ(*answer->AsInt(), 42);
}

TEST(GuidelinesTest, SharedState) {
  auto number = multiprocessing::Value<double>::Create(0.0);
  auto numbers = multiprocessing::Array<int>::Create(10);
  const auto change = [&](const multiprocessing::ProcessCall&) -> absl::StatusOr<int> {
    absl::Status status = number->Set(3.1415927);
    status.Update(numbers->Update([](absl::Span<int> values) {
      for (int& value : values) value = -1;
    }));
    return status.ok() ? 0 : 1;
  };
  multiprocessing::ProcessOptions options;
  options.context = *multiprocessing::GetContext("fork");
  multiprocessing::Process process(change, options);
  absl::Status status = process.Start();
  absl::StatusOr<bool> ended = process.Join();
  absl::StatusOr<double> pi = number->Get();
  EXPECT_THAT(status, Succeeds());
  EXPECT_TRUE(*ended);
  EXPECT_EQ(*pi, 3.1415927);
  EXPECT_THAT(*numbers->Get(), testing::Each(-1));
}

TEST(GuidelinesTest, WorkersAndTwoQueues) {
  auto tasks = multiprocessing::Queue::Create();
  auto results = multiprocessing::Queue::Create();
  const auto work = [&](const multiprocessing::ProcessCall&) -> absl::StatusOr<int> {
    while (true) {
      auto task = (*tasks)->Get();
      if (!task.ok()) return task.status();
      if (task->is_none()) break;
      absl::Status put = (*results)->Put(multiprocessing::PyValue(*task->AsInt() * 7));
      if (!put.ok()) return put;
    }
    (*results)->Close();
    absl::Status sent = (*results)->JoinThread();
    return sent.ok() ? 0 : 1;
  };
  multiprocessing::ProcessOptions options;
  options.context = *multiprocessing::GetContext("fork");
  std::vector<multiprocessing::Process> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back(work, options);
    absl::Status status = workers.back().Start();
    ASSERT_THAT(status, Succeeds());
  }
  for (int i = 0; i < 20; ++i) absl::Status put = (*tasks)->Put(multiprocessing::PyValue(i));
  int64_t sum = 0;
  for (int i = 0; i < 20; ++i) sum += *(*results)->Get()->AsInt();
  for (int i = 0; i < 4; ++i) absl::Status put = (*tasks)->Put(multiprocessing::PyValue());  // stop
  for (multiprocessing::Process& worker : workers) absl::StatusOr<bool> ended = worker.Join();
  EXPECT_EQ(sum, 7 * 190);
  for (const multiprocessing::Process& worker : workers) EXPECT_EQ(*worker.exitcode(), 0);
}

// What the page says beyond its examples.

TEST(GuidelinesTest, AChildHasAnEmptyStandardInput) {
  const int own = dup(STDIN_FILENO);
  int ends[2];
  MustSucceed(pipe(ends), "pipe");
  MustSucceed(write(ends[1], "xx", 2), "write");  // one byte for each child that would read it
  close(ends[1]);
  MustSucceed(dup2(ends[0], STDIN_FILENO), "dup2");
  multiprocessing::ProcessOptions options;
  for (const absl::string_view method : {"spawn", "fork"}) {
    options.context = *multiprocessing::GetContext(method);
    multiprocessing::Process process("read", options);
    EXPECT_THAT(process.Start(), Succeeds());
    EXPECT_TRUE(*process.Join());
    EXPECT_EQ(*process.exitcode(), 0) << method;
  }
  MustSucceed(dup2(own, STDIN_FILENO), "dup2");
  for (const int fd : {own, ends[0]}) close(fd);
}

absl::StatusOr<int> CountBytesOfInput(const multiprocessing::ProcessCall&) {
  char byte;
  return static_cast<int>(read(STDIN_FILENO, &byte, 1));
}

absl::Status& StartWithoutFreezeSupport() {
  static absl::Status& status = *new absl::Status;
  return status;
}

TEST(GuidelinesTest, AProgramWithoutFreezeSupportStartsNothing) {
  EXPECT_THAT(StartWithoutFreezeSupport(),
              FailsWithCode(absl::StatusCode::kFailedPrecondition,
                            "main() must call FreezeSupport before a process is started by spawn"));
}

}  // namespace

int main(int argc, char** argv) {
  multiprocessing::RegisterFunction("greet", Greet);
  multiprocessing::RegisterFunction("answer", Answer);
  multiprocessing::RegisterFunction("read", CountBytesOfInput);
  StartWithoutFreezeSupport() = multiprocessing::Process("greet").Start();
  multiprocessing::FreezeSupport(argc, argv);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
