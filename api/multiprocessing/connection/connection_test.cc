#include "someos/api/multiprocessing/connection/connection.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/multiprocessing/connection/errors.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/connection/pipe.h"
#include "someos/api/multiprocessing/pickle/pickle.h"
#include "someos/api/multiprocessing/value/py_value.h"
#include "someos/testing/open_descriptors.h"
#include "someos/testing/python_says.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/socket_pair.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/tcp.h"

namespace someos::multiprocessing {
namespace {

constexpr absl::Duration kShort = absl::Milliseconds(20);

// Both ends of a Pipe.
struct Ends {
  explicit Ends(bool duplex = true) : both(Pipe(duplex).value()) {}

  std::pair<Connection, Connection> both;
  Connection& a = both.first;
  Connection& b = both.second;
};

// A connection whose peer writes bare bytes.
struct BarePeer {
  explicit BarePeer(const ConnectionOptions& options = {})
      : connection(Connection::Of(pair.near.release(), true, true, options).value()) {}

  void Write(absl::string_view bytes) { WriteText(pair.far.get(), bytes); }

  SocketPair pair;
  Connection connection;
};

std::string Says(const absl::StatusOr<PyValue>& value) {
  return value.ok() ? value->ToString() : someos::Says(value.status());
}
using someos::Says;

TEST(ConnectionTest, CarriesBytesInBothDirections) {
  for (const size_t size : {0, 1, 16384, 16385, 100000}) {
    Ends ends;
    const std::string message(size, 'x');
    std::thread sender([&] {
      EXPECT_THAT(ends.a.SendBytes(message), Succeeds());
      EXPECT_EQ(ends.a.ReceiveBytes().value(), message);
    });
    EXPECT_EQ(ends.b.ReceiveBytes().value(), message);
    EXPECT_THAT(ends.b.SendBytes(message), Succeeds());
    sender.join();
  }
}

TEST(ConnectionTest, CarriesValues) {
  Ends ends;
  const PyValue value = PyValue::List({PyValue(1), PyValue::Str("two"), PyValue(3.0)});
  ASSERT_THAT(ends.a.Send(value), Succeeds());
  ASSERT_THAT(ends.a.Send(PyValue()), Succeeds());
  EXPECT_EQ(Says(ends.b.Receive()), "[1, 'two', 3.0]");
  EXPECT_EQ(Says(ends.b.Receive()), "None");
}

TEST(ConnectionTest, AMessageThatIsNoPickleIsSkipped) {
  Ends ends;
  ASSERT_THAT(ends.a.SendBytes("hello"), Succeeds());
  ASSERT_THAT(ends.a.Send(PyValue(7)), Succeeds());
  EXPECT_THAT(ends.b.Receive(), FailsWithCode(absl::StatusCode::kInvalidArgument, ""));
  EXPECT_EQ(Says(ends.b.Receive()), "7");
}

TEST(ConnectionTest, ParametersOfSendBytes) {
  Ends ends;
  constexpr absl::string_view kBuffer = "abcdefghij";
  EXPECT_THAT(ends.a.SendBytes(kBuffer, 3), Succeeds());
  EXPECT_EQ(Says(ends.b.ReceiveBytes()), "b'defghij'");
  EXPECT_THAT(ends.a.SendBytes(kBuffer, 3, 2), Succeeds());
  EXPECT_EQ(Says(ends.b.ReceiveBytes()), "b'de'");
  EXPECT_THAT(ends.a.SendBytes(kBuffer, 10, 0), Succeeds());
  EXPECT_EQ(Says(ends.b.ReceiveBytes()), "b''");
  EXPECT_EQ(Says(ends.a.SendBytes(kBuffer, -1)), "ValueError: offset is negative");
  EXPECT_EQ(Says(ends.a.SendBytes(kBuffer, 11)), "ValueError: buffer length < offset");
  EXPECT_EQ(Says(ends.a.SendBytes(kBuffer, 4, -1)), "ValueError: size is negative");
  EXPECT_EQ(Says(ends.a.SendBytes(kBuffer, 4, 7)), "ValueError: buffer length < offset + size");
  EXPECT_EQ(Says(ends.a.SendBytes(kBuffer, 1, INT64_MAX)),
            "ValueError: buffer length < offset + size");
}

TEST(ConnectionTest, ReceivesIntoABuffer) {
  Ends ends;
  std::string buffer(10, '.');
  const absl::Span<char> span = absl::MakeSpan(&buffer[0], buffer.size());
  ASSERT_THAT(ends.a.SendBytes("abc"), Succeeds());
  EXPECT_EQ(Says(ends.b.ReceiveBytesInto(span, 7)), "3");
  EXPECT_EQ(buffer, ".......abc");
  EXPECT_EQ(Says(ends.b.ReceiveBytesInto(span, -1)), "ValueError: negative offset");
  EXPECT_EQ(Says(ends.b.ReceiveBytesInto(span, 11)), "ValueError: offset too large");
}

TEST(ConnectionTest, ATimeoutWithinABufferLosesNothing) {
  BarePeer peer;
  std::string buffer(5, '.');
  const absl::Span<char> span = absl::MakeSpan(&buffer[0], buffer.size());
  peer.Write({"\0\0\0\3ab", 6});
  EXPECT_THAT(peer.connection.ReceiveBytesInto(span, 0, kShort),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, "receive fd "));
  buffer = ".....";
  peer.Write("c");
  EXPECT_EQ(Says(peer.connection.ReceiveBytesInto(span, 1)), "3");
  EXPECT_EQ(buffer, ".abc.");
}

TEST(ConnectionTest, ABufferThatIsTooShortLosesNothing) {
  Ends ends;
  char buffer[4];
  ASSERT_THAT(ends.a.SendBytes("12345"), Succeeds());
  ASSERT_THAT(ends.a.SendBytes("next"), Succeeds());
  const absl::StatusOr<size_t> size = ends.b.ReceiveBytesInto(absl::MakeSpan(buffer));
  EXPECT_EQ(Says(size), "BufferTooShort: b'12345'");
  EXPECT_EQ(MessageOfBufferTooShort(size.status()), "12345");
  EXPECT_EQ(Says(ends.b.ReceiveBytesInto(absl::MakeSpan(buffer))), "4");
}

TEST(ConnectionTest, AnEndThatOnlyReceivesOrSends) {
  Ends ends(/*duplex=*/false);
  EXPECT_TRUE(ends.a.readable());
  EXPECT_FALSE(ends.a.writable());
  EXPECT_FALSE(ends.b.readable());
  EXPECT_TRUE(ends.b.writable());
  ASSERT_THAT(ends.b.SendBytes("abc"), Succeeds());
  EXPECT_EQ(Says(ends.a.ReceiveBytes()), "b'abc'");
  EXPECT_EQ(Says(ends.a.SendBytes("x")), "OSError: connection is read-only");
  EXPECT_EQ(Says(ends.a.Send(PyValue(1))), "OSError: connection is read-only");
  EXPECT_EQ(Says(ends.b.ReceiveBytes()), "OSError: connection is write-only");
  EXPECT_EQ(Says(ends.b.Receive()), "OSError: connection is write-only");
  EXPECT_EQ(Says(ends.b.Poll()), "OSError: connection is write-only");
}

TEST(ConnectionTest, AMessageBeyondTheLimitEndsReceiving) {
  Ends duplex;
  ASSERT_THAT(duplex.a.SendBytes("12345"), Succeeds());
  EXPECT_EQ(Says(duplex.b.ReceiveBytes(-1)), "ValueError: negative maxlength");
  EXPECT_EQ(Says(duplex.b.ReceiveBytes(4)), "OSError: bad message length");
  EXPECT_FALSE(duplex.b.closed());
  EXPECT_FALSE(duplex.b.readable());
  EXPECT_EQ(Says(duplex.b.ReceiveBytes()), "OSError: connection is write-only");
  EXPECT_THAT(duplex.b.SendBytes("still"), Succeeds());
  EXPECT_EQ(Says(duplex.a.ReceiveBytes(5)), "b'still'");

  Ends simplex(/*duplex=*/false);
  ASSERT_THAT(simplex.b.SendBytes("12345"), Succeeds());
  EXPECT_EQ(Says(simplex.a.ReceiveBytes(4)), "OSError: bad message length");
  EXPECT_TRUE(simplex.a.closed());
}

TEST(ConnectionTest, ALimitOfItsOwn) {
  ConnectionOptions options;
  options.max_message = 4;
  BarePeer peer(options);
  peer.Write({"\0\0\0\5hello", 9});
  EXPECT_EQ(Says(peer.connection.Receive()), "OSError: bad message length");
}

TEST(ConnectionTest, AfterClose) {
  Ends ends;
  EXPECT_FALSE(ends.a.closed());
  ends.a.Close();
  ends.a.Close();
  EXPECT_TRUE(ends.a.closed());
  EXPECT_EQ(Says(ends.a.SendBytes("x")), "OSError: handle is closed");
  EXPECT_EQ(Says(ends.a.ReceiveBytes()), "OSError: handle is closed");
  EXPECT_EQ(Says(ends.a.Poll()), "OSError: handle is closed");
  EXPECT_EQ(Says(ends.a.fileno()), "OSError: handle is closed");
}

TEST(ConnectionTest, WhenThePeerHasClosed) {
  Ends ends;
  ASSERT_THAT(ends.a.SendBytes("last"), Succeeds());
  ends.a.Close();
  EXPECT_EQ(Says(ends.b.Poll()), "1");
  EXPECT_EQ(Says(ends.b.ReceiveBytes()), "b'last'");
  EXPECT_EQ(Says(ends.b.Poll()), "1");
  const absl::Status end = ends.b.ReceiveBytes().status();
  EXPECT_EQ(Says(end), "EOFError: ");
  EXPECT_TRUE(IsEofError(end));
}

TEST(ConnectionTest, ABrokenPipeIsAnErrorAndNoSignal) {
  ASSERT_NE(signal(SIGPIPE, SIG_DFL), SIG_ERR);  // which would end the program
  for (const bool duplex : {true, false}) {
    Ends ends(duplex);
    ends.a.Close();
    EXPECT_EQ(Says(ends.b.SendBytes("x")), "OSError: EPIPE") << duplex;
  }
}

TEST(ConnectionTest, WhenThePeerStopsWithinAMessage) {
  for (const absl::string_view half :
       {absl::string_view("\0\0", 2), absl::string_view("\0\0\0\5ab", 6),
        absl::string_view("\xff\xff\xff\xff\0\0", 6)}) {
    BarePeer peer;
    peer.Write(half);
    peer.pair.far.reset();
    EXPECT_EQ(Says(peer.connection.ReceiveBytes()), "OSError: got end of file during message");
    EXPECT_EQ(Says(peer.connection.ReceiveBytes()), "EOFError: ");
  }
}

TEST(ConnectionTest, WhenThePeerResets) {
  TcpPair pair;
  Connection connection = Connection::Of(pair.near.release()).value();
  WriteText(pair.far.get(), {"\0\0\0\5ab", 6});
  EXPECT_EQ(connection.TryReceiveBytes().ok(), true);
  CloseWithReset(pair.far);
  EXPECT_EQ(Says(connection.ReceiveBytes()), "OSError: ECONNRESET");
}

TEST(ConnectionTest, HeadersThatAreNone) {
  for (const char* header : {"\xff\xff\xff\xfe", "\x80\x01\x01\x01"}) {
    BarePeer peer;
    peer.Write(header);
    EXPECT_THAT(peer.connection.ReceiveBytes(),
                FailsWithCode(absl::StatusCode::kInvalidArgument, "bad message length"));
    EXPECT_FALSE(peer.connection.readable());
  }
}

TEST(ConnectionTest, TheLongFormIsTakenFromThoseThatKnowIt) {
  constexpr absl::string_view kLong("\xff\xff\xff\xff\0\0\0\0\0\0\0\2xy", 14);
  BarePeer unknown;
  unknown.Write(kLong);
  EXPECT_EQ(Says(unknown.connection.ReceiveBytes()), "b'xy'");

  BarePeer old;
  old.connection.Learn(PeerVersion(300, 307));
  old.Write(kLong);
  EXPECT_EQ(Says(old.connection.ReceiveBytes()), "OSError: bad message length: the header is -1");
}

TEST(ConnectionTest, NeverReadsBehindTheMessage) {
  BarePeer peer;
  peer.Write({"\0\0\0\2ab\0\0\0\1c", 11});
  EXPECT_EQ(Says(peer.connection.ReceiveBytes()), "b'ab'");
  EXPECT_EQ(ReadAvailable(*peer.connection.fileno()), std::string("\0\0\0\1c", 5));
}

TEST(ConnectionTest, ATimeoutLosesNothing) {
  BarePeer peer;
  EXPECT_THAT(peer.connection.ReceiveBytes(std::nullopt, kShort),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, "receive fd "));
  EXPECT_FALSE(peer.connection.has_partial_message());
  peer.Write({"\0\0\0\5ab", 6});
  EXPECT_THAT(peer.connection.ReceiveBytes(std::nullopt, kShort),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, "receive fd "));
  EXPECT_TRUE(peer.connection.has_partial_message());
  peer.Write("cde");
  EXPECT_EQ(Says(peer.connection.ReceiveBytes()), "b'abcde'");
}

TEST(ConnectionTest, APeerThatSendsAByteNowAndThenDoesNotExtendTheTimeout) {
  BarePeer peer;
  peer.Write({"\0\0\x3f\xff", 4});
  std::atomic<bool> over = false;
  std::thread dripping([&] {
    for (int i = 0; i < 0x3fff && !over; ++i) {
      peer.Write("x");
      absl::SleepFor(absl::Milliseconds(1));
    }
  });
  EXPECT_THAT(peer.connection.ReceiveBytes(std::nullopt, absl::Milliseconds(100)),
              FailsWithCode(absl::StatusCode::kDeadlineExceeded, "receive fd "));
  over = true;
  dripping.join();
}

TEST(ConnectionTest, ASenderThatHadNoTimeGoesOnWithTheSameMessage) {
  for (const bool duplex : {true, false}) {
    Ends ends(duplex);
    const std::string large(3'000'000, 'l');
    EXPECT_THAT(ends.b.SendBytes(large, kShort),
                FailsWithCode(absl::StatusCode::kDeadlineExceeded, "send fd "));
    EXPECT_TRUE(ends.b.has_unsent());
    std::thread receiver([&] {
      EXPECT_EQ(ends.a.ReceiveBytes().value().size(), large.size());
      EXPECT_EQ(Says(ends.a.ReceiveBytes()), "b'next'");
    });
    EXPECT_THAT(ends.b.SendBytes("next"), Succeeds());
    receiver.join();
  }
}

TEST(ConnectionTest, PollWaits) {
  Ends ends;
  EXPECT_EQ(Says(ends.b.Poll()), "0");
  EXPECT_EQ(Says(ends.b.Poll(absl::Seconds(-1))), "0");
  EXPECT_EQ(Says(ends.b.Poll(kShort)), "0");
  std::thread sender([&] { EXPECT_THAT(ends.a.SendBytes(""), Succeeds()); });
  EXPECT_EQ(Says(ends.b.Poll(absl::InfiniteDuration())), "1");
  sender.join();
}

TEST(ConnectionTest, LeavesNothingOpen) {
  const std::set<int> before = OpenDescriptors();
  {
    Ends ends;
    Ends other(/*duplex=*/false);
    EXPECT_TRUE(IsCloseOnExec(*ends.a.fileno()));
    EXPECT_TRUE(IsCloseOnExec(*other.b.fileno()));
    ends.a = std::move(other.a);
    EXPECT_THAT(ends.b.ReceiveBytes(), testing::Not(Succeeds()));  // its peer is closed
    EXPECT_TRUE(other.a.closed());
    const int released = ends.b.Release();
    EXPECT_TRUE(ends.b.closed());
    ScopedFd closes(released);
  }
  EXPECT_THAT(LeftOpen(before), testing::IsEmpty());
}

TEST(ConnectionTest, WhatIsNoConnection) {
  EXPECT_EQ(Says(Connection::Of(-1).status()), "ValueError: invalid handle");
  SocketPair pair;
  EXPECT_EQ(Says(Connection::Of(pair.near.release(), false, false).status()),
            "ValueError: at least one of `readable` and `writable` must be True");
  BarePeer closed_by_others;
  ASSERT_EQ(close(*closed_by_others.connection.fileno()), 0);
  EXPECT_EQ(Says(closed_by_others.connection.ReceiveBytes()), "OSError: EBADF");
  (void)closed_by_others.connection.Release();
}

TEST(ConnectionTest, LearnsFromPicklesWhatThePeerReads) {
  BarePeer peer;
  EXPECT_EQ(peer.connection.peer().dialect(), PickleDialect::kAll);
  peer.Write({"\0\0\0\4\x80\4N.", 8});
  EXPECT_EQ(Says(peer.connection.Receive()), "None");
  EXPECT_EQ(peer.connection.peer().oldest(), 308);
  EXPECT_EQ(peer.connection.peer().newest(), 313);
  EXPECT_EQ(peer.connection.peer().dialect(), PickleDialect::kPython3);
  ASSERT_THAT(peer.connection.Send(PyValue(1)), Succeeds());
  EXPECT_EQ(ReadAvailable(peer.pair.far.get()).substr(4, 2), "\x80\4");
  // And knows it wherever it is moved.
  Connection made = std::move(peer.connection);
  EXPECT_EQ(made.peer().dialect(), PickleDialect::kPython3);
  BarePeer other;
  other.connection = std::move(made);
  EXPECT_EQ(other.connection.peer().dialect(), PickleDialect::kPython3);
}

TEST(ConnectionTest, OneThreadReceivesWhileAnotherSends) {
  constexpr int kMessages = 2000;
  Ends ends;
  std::thread echo([&] {
    for (int i = 0; i < kMessages; ++i) {
      const absl::StatusOr<PyValue> value = ends.b.Receive();
      ASSERT_THAT(value, Succeeds());
      ASSERT_THAT(ends.b.Send(*value), Succeeds());
    }
  });
  std::thread sender([&] {
    for (int i = 0; i < kMessages; ++i) ASSERT_THAT(ends.a.Send(PyValue(i)), Succeeds());
  });
  for (int i = 0; i < kMessages; ++i) ASSERT_EQ(Says(ends.a.Receive()), absl::StrCat(i));
  sender.join();
  echo.join();
}

}  // namespace
}  // namespace someos::multiprocessing
