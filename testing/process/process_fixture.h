// The tests of Process, by every start method that is linked.

#ifndef SOMEOS_TESTING_PROCESS_PROCESS_FIXTURE_H_
#define SOMEOS_TESTING_PROCESS_PROCESS_FIXTURE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/process.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {

inline constexpr absl::Duration kSoon = absl::Seconds(60);

class ProcessTest : public testing::TestWithParam<std::string> {
 protected:
  ProcessOptions Options() const {
    ProcessOptions options;
    options.context = *GetContext(GetParam());
    return options;
  }

  bool is_thread() const { return GetParam() == "thread"; }

  // What the function, and what it starts, write to its descriptor.
  std::string AnswerOf(absl::string_view function, ProcessOptions options) const {
    AnswerPipe pipe;
    options.descriptors = {pipe.writer.get()};
    Process process(function, std::move(options));
    EXPECT_THAT(process.Start(), Succeeds());
    pipe.writer.reset();
    std::string answer = pipe.Read();
    EXPECT_THAT(process.Join(kSoon), Succeeds());
    EXPECT_EQ(*process.exitcode(), 0);
    return answer;
  }

  std::optional<int> ExitCodeOf(absl::string_view function, std::vector<PyValue> args) const {
    ProcessOptions options = Options();
    options.args = std::move(args);
    Process process(function, std::move(options));
    EXPECT_THAT(process.Start(), Succeeds());
    EXPECT_TRUE(*process.Join(kSoon));
    return *process.exitcode();
  }
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_TESTING_PROCESS_PROCESS_FIXTURE_H_
