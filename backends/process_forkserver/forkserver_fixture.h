// Children of the fork server, for its tests: what they do stands in forkserver_test.cc.

#ifndef SOMEOS_BACKENDS_PROCESS_FORKSERVER_FORKSERVER_FIXTURE_H_
#define SOMEOS_BACKENDS_PROCESS_FORKSERVER_FORKSERVER_FIXTURE_H_

#include <poll.h>
#include <sys/types.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/backends/process_base/child.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/forkserver_method.h"
#include "someos/backends/process_forkserver/served_child.h"
#include "someos/testing/answer_pipe.h"
#include "someos/testing/clocks.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::multiprocessing::process_forkserver {

inline constexpr absl::Duration kSoon = absl::Seconds(60);

// Of RunAsChild.
inline absl::StatusOr<StartedChild> StartChild(absl::string_view line,
                                               std::vector<int> descriptors = {},
                                               SignalBy signal_by = SignalBy::kPidfd) {
  StartTask task;
  task.program = "self";
  task.message = absl::StrCat(line, "\n");
  task.descriptors = std::move(descriptors);
  return Start(std::move(task), signal_by);
}

// -1000 for anything but an exit code.
inline int ExitCode(Child& child) {
  const absl::StatusOr<std::optional<int>> code = child.Wait(kSoon);
  EXPECT_THAT(code, Succeeds());
  return code.ok() ? code->value_or(-1000) : -1000;
}

inline std::string AnswerTo(absl::string_view line) {
  AnswerPipe pipe;
  const absl::StatusOr<StartedChild> started = StartChild(line, {pipe.writer.get()});
  EXPECT_THAT(started, Succeeds());
  pipe.writer.reset();
  std::string answer = pipe.Read();
  if (started.ok()) {
    EXPECT_EQ(ExitCode(*started->child), 0);
  }
  return answer;
}

inline pid_t ServersNumber() {
  int number = 0;
  EXPECT_TRUE(absl::SimpleAtoi(AnswerTo("name parent"), &number));
  return number;
}

inline bool IsReadable(int fd) {
  pollfd entry = {fd, POLLIN, 0};
  return poll(&entry, 1, 0) == 1;
}

template <typename Condition>
bool Becomes(Condition condition) {
  const absl::Duration end = MonotonicNow() + kSoon;
  while (!condition()) {
    if (MonotonicNow() > end) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

inline constexpr char kBeforeServing[] = "SOMEOS_TEST_BEFORE_SERVING";

// What the server of a forked child of this program does before it serves: BeforeServing.
inline void MakeTheServerBegin(const char* how) {
  MustSucceed(setenv(kBeforeServing, how, /*overwrite=*/1), "setenv");
}

}  // namespace someos::multiprocessing::process_forkserver

#endif  // SOMEOS_BACKENDS_PROCESS_FORKSERVER_FORKSERVER_FIXTURE_H_
