#include "someos/api/multiprocessing/pool/scheduler.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/pool/chunking.h"
#include "someos/api/multiprocessing/pool/job.h"
#include "someos/api/multiprocessing/pool/outcome.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::pool {
namespace {

using testing::ElementsAre;

// Keeps what it is told.
class Told final : public Outcome {
 public:
  void ChunkEnded(size_t chunk, absl::StatusOr<PyValue> result) override {
    chunks.emplace(chunk, std::move(result));
  }
  void Abandoned(const absl::Status& why) override { abandoned = why; }

  std::map<size_t, absl::StatusOr<PyValue>> chunks;
  absl::Status abandoned;
};

struct Submitted {
  std::shared_ptr<Told> told = std::make_shared<Told>();
  std::shared_ptr<const Job> job;
};

Submitted MapOf(size_t items, size_t chunk_size) {
  Submitted submitted;
  submitted.job =
      std::make_shared<Job>(CallKind::kMap, "f", std::vector<PyValue>(items, PyValue(7)),
                            Chunking(items, chunk_size), submitted.told);
  return submitted;
}

// Makes workers 1 to `count` ready.
void StartAll(Scheduler& scheduler, uint64_t count) {
  for (uint64_t id = 1; id <= count; ++id) {
    scheduler.Starting(id);
    scheduler.Ready(id);
  }
}

std::vector<std::pair<uint64_t, size_t>> AssignAll(Scheduler& scheduler) {
  std::vector<std::pair<uint64_t, size_t>> assigned;
  while (const std::optional<Scheduler::Assignment> next = scheduler.Assign()) {
    assigned.emplace_back(next->worker, next->task.chunk);
  }
  return assigned;
}

using Pairs = std::vector<std::pair<uint64_t, size_t>>;

TEST(ChunkTest, ChunksAreThoseOfPython) {
  // divmod(items, workers * 4), and one more if there is a rest.
  EXPECT_EQ(Chunking::ForWorkers(0, 4).SizeOf(0), 0u);
  EXPECT_EQ(Chunking::ForWorkers(1, 4).SizeOf(0), 1u);
  EXPECT_EQ(Chunking::ForWorkers(16, 4).SizeOf(0), 1u);
  EXPECT_EQ(Chunking::ForWorkers(17, 4).SizeOf(0), 2u);
  EXPECT_EQ(Chunking::ForWorkers(1000, 3).SizeOf(0), 84u);
}

TEST(ChunkTest, TheLastChunkIsTheRest) {
  const Submitted map = MapOf(5, 2);
  ASSERT_EQ(map.job->chunks(), 3u);
  EXPECT_EQ(map.job->Chunk(0), PyValue::List({PyValue(7), PyValue(7)}));
  EXPECT_EQ(map.job->Chunk(2), PyValue::List({PyValue(7)}));
  EXPECT_EQ(MapOf(1, SIZE_MAX).job->chunks(), 1u);
  EXPECT_EQ(MapOf(1, SIZE_MAX).job->Chunk(0), PyValue::List({PyValue(7)}));
}

TEST(SchedulerTest, EachWorkerHasOneTaskAtATime) {
  Scheduler scheduler({2});
  const Submitted map = MapOf(3, 1);
  EXPECT_EQ(scheduler.Missing(), 2u);
  StartAll(scheduler, 2);
  EXPECT_EQ(scheduler.Missing(), 0u);
  scheduler.Add(map.job);
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{1, 0}, {2, 1}}));
  scheduler.Finished(2, PyValue(20));
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{2, 2}}));
  scheduler.Finished(2, PyValue(22));
  scheduler.Finished(1, absl::InternalError("no"));
  EXPECT_EQ(*map.told->chunks.at(1), PyValue(20));
  EXPECT_EQ(*map.told->chunks.at(2), PyValue(22));
  EXPECT_THAT(map.told->chunks.at(0), FailsWithCode(absl::StatusCode::kInternal, "no"));
}

TEST(SchedulerTest, JobsAreDoneInTheirOrder) {
  Scheduler scheduler({1});
  const Submitted first = MapOf(2, 1);
  const Submitted second = MapOf(1, 1);
  scheduler.Add(first.job);
  scheduler.Add(second.job);
  StartAll(scheduler, 1);
  std::vector<const Job*> order;
  while (const std::optional<Scheduler::Assignment> next = scheduler.Assign()) {
    order.push_back(next->task.job.get());
    scheduler.Finished(next->worker, PyValue());
  }
  EXPECT_THAT(order, ElementsAre(first.job.get(), first.job.get(), second.job.get()));
}

TEST(SchedulerTest, OnlyTheTaskOfAWorkerThatDiesFails) {
  Scheduler scheduler({2});
  const Submitted map = MapOf(3, 1);
  StartAll(scheduler, 2);
  scheduler.Add(map.job);
  AssignAll(scheduler);
  scheduler.Ended(1, absl::UnavailableError("killed"));
  EXPECT_THAT(map.told->chunks.at(0), FailsWithCode(absl::StatusCode::kUnavailable, "killed"));
  EXPECT_EQ(map.told->chunks.size(), 1u);
  EXPECT_EQ(scheduler.Missing(), 1u);
  scheduler.Starting(3);
  scheduler.Ready(3);
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{3, 2}}));
  // What a worker is said to have done after it has ended is nobody's.
  scheduler.Finished(1, PyValue());
  EXPECT_EQ(map.told->chunks.size(), 1u);
}

TEST(SchedulerTest, ATaskThatWasNotBegunGoesToAnotherWorkerFirst) {
  Scheduler scheduler({1});
  const Submitted map = MapOf(2, 1);
  StartAll(scheduler, 1);
  scheduler.Add(map.job);
  scheduler.Close();
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{1, 0}}));
  scheduler.TakeBack(1);
  EXPECT_EQ(scheduler.TaskOf(1), nullptr);
  scheduler.Ended(1, absl::UnavailableError("killed"));
  EXPECT_TRUE(map.told->chunks.empty());
  EXPECT_FALSE(scheduler.done());
  EXPECT_EQ(scheduler.Missing(), 1u);
  scheduler.Starting(2);
  scheduler.Ready(2);
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{2, 0}}));
  scheduler.Finished(2, PyValue(20));
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{2, 1}}));
}

TEST(SchedulerTest, ATaskThatNobodyBeginsFails) {
  SchedulerOptions options;
  options.max_times_given = 2;
  Scheduler scheduler(options);
  const Submitted map = MapOf(1, 1);
  scheduler.Add(map.job);
  for (uint64_t worker = 1; worker <= 2; ++worker) {
    EXPECT_TRUE(map.told->chunks.empty());
    scheduler.Starting(worker);
    scheduler.Ready(worker);
    EXPECT_EQ(AssignAll(scheduler), (Pairs{{worker, 0}}));
    scheduler.TakeBack(worker);
    scheduler.Ended(worker, absl::UnavailableError("killed"));
  }
  EXPECT_THAT(map.told->chunks.at(0), FailsWithCode(absl::StatusCode::kUnavailable, "killed"));
}

TEST(SchedulerTest, ATaskThatWasTakenBackFailsWithItsPool) {
  Scheduler scheduler({1});
  const Submitted map = MapOf(1, 1);
  StartAll(scheduler, 1);
  scheduler.Add(map.job);
  EXPECT_EQ(AssignAll(scheduler), (Pairs{{1, 0}}));
  scheduler.TakeBack(1);
  scheduler.Break(absl::CancelledError("broken"));
  EXPECT_THAT(map.told->abandoned, FailsWithCode(absl::StatusCode::kCancelled, "broken"));
}

TEST(SchedulerTest, AnIdleWorkerThatIsLostGetsNoTask) {
  Scheduler scheduler({1});
  StartAll(scheduler, 1);
  scheduler.Lost(1);
  EXPECT_EQ(scheduler.Missing(), 1u);
  scheduler.Add(MapOf(1, 1).job);
  EXPECT_EQ(AssignAll(scheduler), Pairs{});
}

TEST(SchedulerTest, AWornWorkerIsReplaced) {
  Scheduler scheduler({1, 2});
  StartAll(scheduler, 1);
  scheduler.Add(MapOf(3, 1).job);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(AssignAll(scheduler).size(), 1u);
    EXPECT_EQ(scheduler.Retire(), std::nullopt);
    scheduler.Finished(1, PyValue());
  }
  EXPECT_EQ(AssignAll(scheduler), Pairs{});
  EXPECT_EQ(scheduler.Retire(), 1u);
  EXPECT_EQ(scheduler.Retire(), std::nullopt);
  EXPECT_EQ(scheduler.Missing(), 1u);
  scheduler.Ended(1, absl::UnavailableError("exited"));
  EXPECT_EQ(scheduler.Missing(), 1u);
}

TEST(SchedulerTest, AClosedPoolIsDoneWhenItsTasksAreAndItsWorkersHaveEnded) {
  Scheduler scheduler({2});
  const Submitted map = MapOf(2, 1);
  scheduler.Add(map.job);
  scheduler.Close();
  EXPECT_EQ(scheduler.Missing(), 2u);  // for what is in the queue
  StartAll(scheduler, 1);
  AssignAll(scheduler);
  EXPECT_EQ(scheduler.Retire(), std::nullopt);
  scheduler.Finished(1, PyValue());
  AssignAll(scheduler);
  EXPECT_EQ(scheduler.Missing(), 0u);
  scheduler.Finished(1, PyValue());
  EXPECT_EQ(scheduler.Retire(), 1u);
  EXPECT_FALSE(scheduler.done());
  scheduler.Ended(1, absl::UnavailableError("exited"));
  EXPECT_TRUE(scheduler.done());
  EXPECT_EQ(map.told->chunks.size(), 2u);
}

TEST(SchedulerTest, AllJobsOfABrokenPoolFail) {
  Scheduler scheduler({1});
  const Submitted running = MapOf(2, 1);
  const Submitted queued = MapOf(1, 1);
  const Submitted later = MapOf(1, 1);
  StartAll(scheduler, 1);
  scheduler.Add(running.job);
  scheduler.Add(queued.job);
  AssignAll(scheduler);
  scheduler.Break(absl::CancelledError("terminated"));
  scheduler.Add(later.job);
  for (const Submitted& job : {running, queued, later}) {
    EXPECT_THAT(job.told->abandoned, FailsWithCode(absl::StatusCode::kCancelled, "terminated"));
  }
  EXPECT_EQ(scheduler.Missing(), 0u);
  scheduler.Ended(1, absl::UnavailableError("killed"));
  EXPECT_TRUE(running.told->chunks.empty());
}

TEST(SchedulerTest, WorkersThatDoNotStartBreakThePool) {
  Scheduler scheduler({1, std::nullopt, 3});
  const Submitted map = MapOf(1, 1);
  scheduler.Add(map.job);
  for (uint64_t id = 1; id <= 2; ++id) {
    scheduler.Starting(id);
    scheduler.Ended(id, absl::UnavailableError("exited with code 1"));
    EXPECT_EQ(scheduler.Missing(), 1u);
  }
  scheduler.StartFailed(absl::ResourceExhaustedError("no memory"));
  EXPECT_THAT(map.told->abandoned,
              FailsWithCode(absl::StatusCode::kUnavailable,
                            "the workers of the pool do not start: no memory"));
}

TEST(SchedulerTest, AWorkerThatStartsForgivesThoseThatDidNot) {
  Scheduler scheduler({1, std::nullopt, 2});
  uint64_t id = 0;
  for (int i = 0; i < 5; ++i) {
    scheduler.Starting(++id);
    scheduler.Ended(id, absl::UnavailableError("killed"));
    scheduler.Starting(++id);
    scheduler.Ready(id);
    scheduler.Ended(id, absl::UnavailableError("killed"));
  }
  EXPECT_THAT(scheduler.broken(), Succeeds());
}

}  // namespace
}  // namespace someos::multiprocessing::pool
