#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/frame_header.h"
#include "someos/api/multiprocessing/connection/frame_reader.h"
#include "someos/api/multiprocessing/connection/frame_writer.h"
#include "someos/testing/allocation_counter.h"
#include "someos/testing/python_says.h"
#include "someos/testing/status_matchers.h"

namespace someos::multiprocessing {
namespace {

constexpr uint64_t kMax = 1000;

std::string Bytes(absl::string_view bytes) { return std::string(bytes); }

// Hands the reader `stream` in pieces of at most `piece` bytes, as far as it takes it.
absl::Status Feed(FrameReader& reader, absl::string_view& stream, size_t piece) {
  while (!reader.complete() && !stream.empty()) {
    const absl::Span<char> space = reader.Space();
    EXPECT_FALSE(space.empty());
    const size_t count = std::min({space.size(), stream.size(), piece});
    std::copy_n(stream.begin(), count, space.begin());
    stream.remove_prefix(count);
    if (absl::Status status = reader.Advance(count); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::vector<std::string> Messages(absl::string_view stream, size_t piece) {
  FrameReader reader(kMax);
  std::vector<std::string> messages;
  while (!stream.empty()) {
    EXPECT_THAT(Feed(reader, stream, piece), Succeeds());
    if (reader.complete()) messages.push_back(reader.Take());
  }
  EXPECT_TRUE(reader.idle());
  return messages;
}

TEST(FrameReaderTest, FindsMessagesHoweverTheyArrive) {
  const std::string stream =
      Bytes({"\0\0\0\3abc"
             "\0\0\0\0"
             "\xff\xff\xff\xff\0\0\0\0\0\0\0\2xy"
             "\0\0\0\1z",
             30});
  for (const size_t piece : {1, 2, 3, 5, 100}) {
    EXPECT_THAT(Messages(stream, piece), testing::ElementsAre("abc", "", "xy", "z")) << piece;
  }
}

TEST(FrameReaderTest, NeverAsksForWhatIsBehindTheMessage) {
  FrameReader reader(kMax);
  absl::string_view stream("\0\0\0\2ab\0\0\0\1c", 11);
  ASSERT_THAT(Feed(reader, stream, 100), Succeeds());
  EXPECT_EQ(stream, absl::string_view("\0\0\0\1c", 5));
  EXPECT_TRUE(reader.complete());
}

TEST(FrameReaderTest, ToldWhatItMayAskFor) {
  FrameReader reader(kMax);
  EXPECT_EQ(reader.Space().size(), 4);
  absl::string_view stream("\0\0", 2);
  ASSERT_THAT(Feed(reader, stream, 2), Succeeds());
  EXPECT_FALSE(reader.idle());
  EXPECT_EQ(reader.Space().size(), 2);
  stream = absl::string_view("\0\5ab", 4);
  ASSERT_THAT(Feed(reader, stream, 4), Succeeds());
  EXPECT_EQ(reader.Space().size(), 3);
}

TEST(FrameReaderTest, RefusesALengthBeforeItTakesMemory) {
  FrameReader reader(kMax);
  absl::string_view stream("\0\0\3\xe8", 4);
  EXPECT_THAT(Feed(reader, stream, 4), Succeeds());

  FrameReader longer(kMax);
  stream = absl::string_view("\0\0\3\xe9", 4);
  EXPECT_EQ(Says(Feed(longer, stream, 4)), "OSError: bad message length");

  FrameReader endless(UINT64_MAX);
  stream = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  EXPECT_EQ(Says(Feed(endless, stream, 100)), "OSError: bad message length");
}

TEST(FrameReaderTest, MemoryGrowsWithWhatArrives) {
  FrameReader reader(UINT64_MAX);
  absl::string_view stream("\x3f\xff\xff\xff", 4);  // also on systems of 32 bits
  ASSERT_THAT(Feed(reader, stream, 4), Succeeds());
  for (int i = 0; i < 4; ++i) {
    const size_t space = reader.Space().size();
    EXPECT_LE(space, size_t{1} << 20);
    ASSERT_THAT(reader.Advance(space), Succeeds());
  }
}

TEST(FrameReaderTest, RefusesHeadersThatAreNone) {
  FrameReader reader(kMax);
  absl::string_view stream("\xff\xff\xff\xfe", 4);
  EXPECT_EQ(Says(Feed(reader, stream, 4)), "OSError: bad message length: the header is -2");

  FrameReader from_old(kMax, LongForm::kUnknownToPeer);
  stream = "\xff\xff\xff\xff";
  EXPECT_EQ(Says(Feed(from_old, stream, 4)), "OSError: bad message length: the header is -1");
}

TEST(FrameReaderTest, ASmallerLimitHoldsForTheMessageUnderWay) {
  FrameReader reader(kMax);
  absl::string_view stream("\0\0\0\5ab", 6);
  ASSERT_THAT(Feed(reader, stream, 6), Succeeds());
  EXPECT_THAT(reader.SetMaxSize(5), Succeeds());
  EXPECT_THAT(reader.SetMaxSize(4),
              FailsWithCode(absl::StatusCode::kResourceExhausted, "bad message length"));
}

TEST(FrameReaderTest, AMessageCanBeReadInPlace) {
  FrameReader reader(kMax);
  absl::string_view stream("\0\0\0\3abc\0\0\0\1d", 12);
  ASSERT_THAT(Feed(reader, stream, 12), Succeeds());
  EXPECT_EQ(reader.message(), "abc");
  reader.Next();
  ASSERT_THAT(Feed(reader, stream, 12), Succeeds());
  EXPECT_EQ(reader.message(), "d");
}

TEST(FrameReaderTest, AMessageCanBeReadWhereItBelongs) {
  FrameReader reader(kMax);
  std::string buffer(4, '.');
  const absl::Span<char> destination = absl::MakeSpan(&buffer[0], buffer.size());
  absl::string_view stream("\0\0\0\3abc\0\0\0\5defgh\0\0\0\2ij\0\0\0\0", 26);
  reader.SetDestination(destination);
  ASSERT_THAT(Feed(reader, stream, 1), Succeeds());
  EXPECT_TRUE(reader.ForgetDestination());
  EXPECT_EQ(reader.message_size(), 3);
  EXPECT_EQ(buffer, "abc.");
  reader.Next();

  reader.SetDestination(destination);  // into which the next one does not fit
  ASSERT_THAT(Feed(reader, stream, 2), Succeeds());
  EXPECT_FALSE(reader.ForgetDestination());
  EXPECT_EQ(reader.Take(), "defgh");

  reader.SetDestination(destination);
  absl::string_view half = stream.substr(0, 5);
  ASSERT_THAT(Feed(reader, half, 5), Succeeds());
  EXPECT_FALSE(reader.ForgetDestination());
  buffer = "....";
  stream.remove_prefix(5);
  ASSERT_THAT(Feed(reader, stream, 5), Succeeds());
  EXPECT_EQ(reader.Take(), "ij");

  reader.SetDestination(destination);
  ASSERT_THAT(Feed(reader, stream, 5), Succeeds());
  EXPECT_TRUE(reader.ForgetDestination());
  EXPECT_EQ(reader.message_size(), 0);
  EXPECT_EQ(buffer, "....");
}

std::string HeaderOf(uint64_t size, LongForm long_form) {
  const absl::StatusOr<FrameHeader> header = FrameHeader::Of(size, long_form);
  return header.ok() ? std::string(header->view()) : Says(header.status());
}

TEST(FrameHeaderTest, IsPythons) {
  EXPECT_EQ(HeaderOf(0, LongForm::kUnknownToPeer), Bytes({"\0\0\0\0", 4}));
  EXPECT_EQ(HeaderOf(0x01020304, LongForm::kKnownToPeer), "\1\2\3\4");
  EXPECT_EQ(HeaderOf(0x7fffffff, LongForm::kUnknownToPeer), "\x7f\xff\xff\xff");
  EXPECT_EQ(HeaderOf(0x80000000, LongForm::kKnownToPeer),
            Bytes({"\xff\xff\xff\xff\0\0\0\0\x80\0\0\0", 12}));
  EXPECT_EQ(HeaderOf(0x80000000, LongForm::kUnknownToPeer), "OSError: bad message length");
}

TEST(FrameWriterTest, PutsHeadersAndMessagesInOnePiece) {
  FrameWriter writer;
  EXPECT_TRUE(writer.empty());
  ASSERT_THAT(writer.Add("abc"), Succeeds());
  ASSERT_THAT(writer.Add(""), Succeeds());
  EXPECT_EQ(writer.pending(), Bytes({"\0\0\0\3abc\0\0\0\0", 11}));
  writer.Advance(5);
  EXPECT_EQ(writer.pending(), Bytes({"bc\0\0\0\0", 6}));
  ASSERT_THAT(writer.Add("d"), Succeeds());
  EXPECT_EQ(writer.pending(), Bytes({"bc\0\0\0\0\0\0\0\1d", 11}));
  writer.Advance(11);
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(writer.pending(), "");
}

TEST(FrameWriterTest, MemoryDoesNotGrowWhereThePeerNeverTakesAll) {
  if (!CountsAllocations()) GTEST_SKIP() << "a sanitizer has its own operator new";
  FrameWriter writer;
  const std::string message(1000, 'm');
  ASSERT_THAT(writer.Add(message), Succeeds());
  size_t before = 0;
  for (int i = 0; i < 10000; ++i) {
    if (i == 10) before = Allocations();
    if (!writer.Add(message).ok()) break;
    writer.Advance(4 + message.size());
  }
  EXPECT_EQ(Allocations(), before);
  EXPECT_EQ(writer.pending().substr(4), message);
}

}  // namespace
}  // namespace someos::multiprocessing
