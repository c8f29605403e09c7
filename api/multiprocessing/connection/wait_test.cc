#include "someos/api/multiprocessing/connection/wait.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/client.h"
#include "someos/api/multiprocessing/connection/connection.h"
#include "someos/api/multiprocessing/connection/listener.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(WaitTest, ReturnsThoseThatAreReadyInOrder) {
  std::vector<std::pair<Connection, Connection>> pipes;
  std::vector<Connection*> readers;
  for (int i = 0; i < 4; ++i) {
    pipes.push_back(Pipe(/*duplex=*/false).value());
  }
  for (auto& pipe : pipes) readers.push_back(&pipe.first);
  EXPECT_THAT(Wait(readers, absl::ZeroDuration()).value(), IsEmpty());
  EXPECT_THAT(Wait(readers, absl::Milliseconds(10)).value(), IsEmpty());
  ASSERT_THAT(pipes[2].second.SendBytes("two"), Succeeds());
  EXPECT_THAT(Wait(readers).value(), ElementsAre(readers[2]));
  pipes[0].second.Close();  // its end is something to receive
  EXPECT_THAT(Wait(readers).value(), ElementsAre(readers[0], readers[2]));
}

TEST(WaitTest, TheSameObjectTwice) {
  std::pair<Connection, Connection> ends = Pipe().value();
  ASSERT_THAT(ends.first.SendBytes("x"), Succeeds());
  const int fd = *ends.second.fileno();
  EXPECT_THAT(Wait(std::vector<int>{fd, fd}).value(), ElementsAre(fd, fd));
}

TEST(WaitTest, NoObjects) {
  EXPECT_THAT(Wait(std::vector<int>(), absl::Milliseconds(5)).value(), IsEmpty());
}

TEST(WaitTest, AListener) {
  std::unique_ptr<Listener> listener = Listener::Create().value();
  const std::vector<Listener*> listeners = {listener.get()};
  EXPECT_THAT(Wait(listeners, absl::ZeroDuration()).value(), IsEmpty());
  const Connection client = Client(listener->address()).value();
  EXPECT_THAT(Wait(listeners).value(), ElementsAre(listener.get()));
}

TEST(WaitTest, WhatIsClosed) {
  std::pair<Connection, Connection> ends = Pipe().value();
  ends.first.Close();
  EXPECT_EQ(Says(Wait(std::vector<Connection*>{&ends.second, &ends.first}).status()),
            "OSError: handle is closed");
}

}  // namespace
}  // namespace someos::multiprocessing
