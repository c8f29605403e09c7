// Locks with the interpreters that are here.

#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/synchronize/barrier.h"
#include "someos/api/multiprocessing/synchronize/condition.h"
#include "someos/api/multiprocessing/synchronize/event.h"
#include "someos/api/multiprocessing/synchronize/sem_lock.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"
#include "someos/testing/interop/interpreters.h"
#include "someos/testing/interop/matrix.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

std::string Run(const Interpreter& python, absl::string_view command,
                absl::string_view state = "") {
  return PythonPrints(python, absl::StrCat(std::getenv("PEER"), " ", command, " ", state));
}

std::string Text(const SemLock::State& state) {
  return absl::StrCat(static_cast<int>(state.kind), ",", state.max_value, ",", state.name);
}

std::string Text(const Condition::State& state) {
  return absl::StrJoin(
      {Text(state.lock), Text(state.sleeping), Text(state.woken), Text(state.wait)}, ":");
}

absl::StatusOr<SemLock> OpenText(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ',');
  SemLock::State state = {SemLock::Kind::kSemaphore, 0, parts.back()};
  EXPECT_EQ(parts.size(), 3u) << text;
  EXPECT_EQ(parts[0], "1");
  EXPECT_TRUE(parts.size() > 1 && absl::SimpleAtoi(parts[1], &state.max_value)) << text;
  return SemLock::Open(state);
}

void PythonMakes(const Interpreter& python) {
  const std::vector<std::string> made = absl::StrSplit(Run(python, "make"), '\n');
  ASSERT_GE(made.size(), 2u) << made[0];
  absl::StatusOr<SemLock> lock = OpenText(made[0]);
  ASSERT_THAT(lock, Succeeds());
  EXPECT_FALSE(*lock->Acquire(false));
  EXPECT_THAT(lock->Release(), Succeeds());
  EXPECT_TRUE(*lock->Acquire(false));
  absl::StatusOr<SemLock> semaphore = OpenText(made[1]);
  ASSERT_THAT(semaphore, Succeeds());
  EXPECT_EQ(*semaphore->GetValue(), 2);
  EXPECT_THAT(semaphore->Release(), Succeeds());
  EXPECT_THAT(semaphore->Release(), FailsWithCode(absl::StatusCode::kInvalidArgument, "semaphore"));
  EXPECT_THAT(lock->Unlink(), Succeeds());
  EXPECT_THAT(semaphore->Unlink(), Succeeds());
}

void PythonOpens(const Interpreter& python) {
  Lock lock = *Lock::Create();
  const std::string state = Text(lock.state());
  ASSERT_TRUE(*lock.Acquire());
  EXPECT_EQ(Run(python, "take", state), "False\n");
  EXPECT_EQ(Run(python, "give", state), "");
  EXPECT_TRUE(*lock.Acquire(false));
  EXPECT_THAT(lock.Release(), Succeeds());
  EXPECT_EQ(Run(python, "take", state), "True\n");
  EXPECT_FALSE(*lock.Acquire(false));
}

// The interpreter waits for an event that is set here.
void PythonWaits(const Interpreter& python) {
  Event event = *Event::Create();
  const Event::State state = event.state();
  const std::string text = absl::StrCat(Text(state.condition), ":", Text(state.flag));
  std::string said;
  std::thread waiting([&] { said = Run(python, "wait", text); });
  // It mostly waits by then; a wait that has not begun finds the event set, too, and says True
  // first.
  SemLock sleeping = *SemLock::Open(state.condition.sleeping);
  const absl::Time give_up = absl::Now() + absl::Seconds(60);
  while (*sleeping.GetValue() == 0 && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_THAT(event.Set(), Succeeds());
  waiting.join();
  EXPECT_EQ(said, "False\nTrue\n");
  EXPECT_FALSE(*event.IsSet());  // it has cleared it
}

// The interpreter passes a barrier together with this process, which finds it broken at last.
void PythonMeets(const Interpreter& python) {
  Barrier barrier = *Barrier::Create(2);
  const Barrier::State state = barrier.state();
  const std::string text =
      absl::StrCat("/proc/", getpid(), "/fd/", state.descriptor, ":", Text(state.condition));
  std::string said;
  std::thread meeting([&] { said = Run(python, "meet", text); });
  for (int i = 0; i < 100; ++i) EXPECT_THAT(barrier.Wait(absl::Seconds(60)), Succeeds()) << i;
  EXPECT_THAT(barrier.Wait(absl::Seconds(60)), FailsWithCode(absl::StatusCode::kAborted, ""));
  meeting.join();
  EXPECT_EQ(said, "True\n");
  EXPECT_TRUE(barrier.broken());
}

TEST(SynchronizeInteropTest, WithEveryInterpreter) {
  if (Interpreters().empty()) GTEST_SKIP() << "no Python runs here";
  Matrix matrix("synchronize", {"makes", "opens", "waits", "meets"});
  for (const Interpreter& python : Interpreters()) {
    SCOPED_TRACE(python.version);
    const auto run = [&](const std::string& role, void (*test)(const Interpreter&)) {
      if (python.is_python2()) {
        matrix.Impossible(python, role, "its semaphores have no names that stay");
        return;
      }
      test(python);
      matrix.Ran(python, role);
    };
    run("makes", PythonMakes);
    run("opens", PythonOpens);
    run("waits", PythonWaits);
#ifdef __linux__
    run("meets", PythonMeets);
#else
    matrix.Impossible(python, "meets", "it opens the barrier's memory by /proc");
#endif
  }
  matrix.Print();
}

}  // namespace
}  // namespace someos::multiprocessing
