// Promise 4: a registration's 64-bit value comes back with each of its events.

#include <cstdint>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/testing/pipe.h"
#include "someos/testing/poller/conformance/fixture.h"
#include "someos/testing/stream_io.h"

namespace someos {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST_P(DataTest, ComesBackBitForBit) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  for (const uint64_t data : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 31, uint64_t{1} << 32,
                              uint64_t{1} << 63, UINT64_MAX - 1, UINT64_MAX}) {
    Register(pipe.reader.get(), Interest::kReadable, data);
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, data)));
    EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, data)));
    Unregister(pipe.reader.get());
  }
}

TEST_P(DataTest, IsZeroByDefault) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 0u)));
}

TEST_P(DataTest, IsReplacedByModify) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 17);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 17u)));
  Modify(pipe.reader.get(), Interest::kReadable, UINT64_MAX);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, UINT64_MAX)));
  Modify(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 0u)));
}

TEST_P(DataTest, BelongsToItsDescriptor) {
  const Pipe pipe;
  Register(pipe.reader.get(), Interest::kReadable, UINT64_MAX);
  Register(pipe.writer.get(), Interest::kWritable, 0);
  WriteText(pipe.writer.get(), "x");
  std::map<int, uint64_t> data;
  for (const Event& event : WaitReady()) data[event.fd] = event.data;
  EXPECT_THAT(
      data, UnorderedElementsAre(Pair(pipe.reader.get(), UINT64_MAX), Pair(pipe.writer.get(), 0u)));
}

TEST_P(DataTest, IsForgottenByUnregister) {
  const Pipe pipe;
  WriteText(pipe.writer.get(), "x");
  Register(pipe.reader.get(), Interest::kReadable, 1);
  Unregister(pipe.reader.get());
  Register(pipe.reader.get(), Interest::kReadable);
  EXPECT_THAT(WaitReady(), ElementsAre(Field(&Event::data, 0u)));
}

}  // namespace
}  // namespace someos
