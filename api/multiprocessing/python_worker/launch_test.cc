#include "someos/api/multiprocessing/python_worker/launch.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr char kSpawn[] =
    "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=6, pipe_handle=13)";

absl::StatusOr<Launch> Read(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "worker");
  return ReadLaunch(arguments);
}

TEST(LaunchTest, AWorkerIsToldItsDescriptors) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"-c", kSpawn, "--multiprocessing-fork"},
           {"-B", "-Wdefault", "-X", "dev", "-c", kSpawn, "--multiprocessing-fork"}}) {
    const absl::StatusOr<Launch> launch = Read(arguments);
    ASSERT_THAT(launch, Succeeds());
    EXPECT_EQ(launch->kind, Launch::Kind::kWorker);
    EXPECT_EQ(launch->tracker, 6);
    EXPECT_EQ(launch->pipe, 13);
  }
}

TEST(LaunchTest, MultiprocessingsOwnServersAreForAnInterpreter) {
  for (const char* code :
       {"from multiprocessing.semaphore_tracker import main;main(5)",
        "from multiprocessing.resource_tracker import main;main(5)",
        "from multiprocessing.forkserver import main; main(3, 4, ['__main__'], **{})",
        "import sys; from multiprocessing.forkserver import main; main(3, 4, [], "
        "sys_argv=sys.argv[1:], **{})"}) {
    const absl::StatusOr<Launch> launch = Read({"-B", "-c", code});
    ASSERT_THAT(launch, Succeeds());
    EXPECT_EQ(launch->kind, Launch::Kind::kInterpreter) << code;
  }
}

TEST(LaunchTest, OtherCommandLinesAreTheProgramsOwn) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"-c"},
                                             {"-c", "config.ini"},
                                             {"--multiprocessing-fork"},
                                             {"-c", "import sys; x()"}}) {
    const absl::StatusOr<Launch> launch = Read(arguments);
    ASSERT_THAT(launch, Succeeds());
    EXPECT_EQ(launch->kind, Launch::Kind::kByOthers);
  }
}

TEST(LaunchTest, WhatNoKnownPythonWritesIsRefused) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"-c", kSpawn},
           {"-c", kSpawn, "--multiprocessing-spawn"},
           {"-c", "from multiprocessing.spawn import spawn_main; spawn_main(pipe_handle=1, new=2)",
            "--multiprocessing-fork"},
           {"-c", "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=1)",
            "--multiprocessing-fork"},
           {"-c", "from multiprocessing.spawn import spawn_main; spawn_main(pipe_handle=-1)",
            "--multiprocessing-fork"},
           {"-c", "from multiprocessing.spawn import spawn_main; spawn_main(pipe_handle=x)",
            "--multiprocessing-fork"},
           {"-c", "from multiprocessing.newserver import main; main(1)"}}) {
    EXPECT_THAT(Read(arguments), FailsWithCode(absl::StatusCode::kUnimplemented,
                                               "this Python starts its workers in a way"))
        << arguments[1];
  }
}

}  // namespace
}  // namespace someos::multiprocessing::internal
