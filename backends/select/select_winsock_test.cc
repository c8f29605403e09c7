// Select and the Poller on Winsock: what Python's documents say of Windows, and what is this
// backend's own.

#include <winsock2.h>
#include <ws2tcpip.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/api/errno_status.h"
#include "someos/api/poller.h"
#include "someos/api/waitable.h"
#include "someos/backends/base/winsock.h"
#include "someos/backends/select/pipe_buf.h"
#include "someos/backends/select/select_call.h"
#include "someos/backends/select/select_poller_winsock.h"

namespace someos {
namespace {

using select::DescriptorOf;
using select::Select;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Numbers = std::vector<int>;

constexpr absl::Duration kLong = absl::Seconds(60);  // ends only if something is wrong

// A socket that a test owns.
class Socket {
 public:
  explicit Socket(SOCKET socket) : socket_(socket) {
    EXPECT_NE(socket, INVALID_SOCKET) << base::WinsockError(WSAGetLastError(), "socket");
    u_long yes = 1;
    ioctlsocket(socket, static_cast<long>(FIONBIO), &yes);
  }
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, INVALID_SOCKET)) {}
  ~Socket() { Close(); }

  int fd() const { return static_cast<int>(socket_); }
  SOCKET handle() const { return socket_; }
  void Close() {
    if (socket_ != INVALID_SOCKET) closesocket(std::exchange(socket_, INVALID_SOCKET));
  }
  void Send(const char* text) const {
    const int size = static_cast<int>(std::char_traits<char>::length(text));
    EXPECT_EQ(send(socket_, text, size, 0), size);
  }
  void Receive() const {
    char buffer[4096];
    EXPECT_GT(recv(socket_, buffer, sizeof(buffer), 0), 0);
  }

 private:
  SOCKET socket_;
};

Socket NewSocket() {
  EXPECT_EQ(base::StartWinsock(), 0);
  return Socket(::socket(AF_INET, SOCK_STREAM, IPPROTO_TCP));
}

struct Listener {
  Listener() : socket(NewSocket()) {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int size = sizeof(address);
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket.handle(), name, size), 0);
    EXPECT_EQ(getsockname(socket.handle(), name, &size), 0);
  }
  void Listen() const { EXPECT_EQ(listen(socket.handle(), 16), 0); }

  // Begins to connect to it.
  Socket Connect() const {
    Socket client = NewSocket();
    connect(client.handle(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    return client;
  }

  Socket socket;
  sockaddr_in address = {};
};

struct Pair {
  Pair() : Pair(Listener()) {}
  explicit Pair(const Listener& listener) : own(Begin(listener)), peer(Accept(listener)) {
    EXPECT_THAT(Select(Numbers(), Numbers{own.fd()}, Numbers(), kLong)->writable,
                ElementsAre(own.fd()));
  }
  static Socket Begin(const Listener& listener) {
    listener.Listen();
    return listener.Connect();
  }
  static Socket Accept(const Listener& listener) {
    const int fd = listener.socket.fd();
    EXPECT_THAT(Select(Numbers{fd}, Numbers(), Numbers(), kLong)->readable, ElementsAre(fd));
    return Socket(accept(listener.socket.handle(), nullptr, nullptr));
  }

  Socket own;
  Socket peer;
};

std::unique_ptr<Poller> NewSelectPoller() {
  absl::StatusOr<std::unique_ptr<Poller>> poller = SelectBackend().create(PollerOptions());
  EXPECT_TRUE(poller.ok()) << poller.status();
  return *std::move(poller);
}

// The events of one wait, as numbers with their readiness.
std::vector<std::pair<int, Readiness>> WaitFor(Poller& poller, absl::Duration timeout) {
  Event events[1024];
  const absl::StatusOr<size_t> count = poller.Wait(absl::MakeSpan(events), timeout);
  EXPECT_TRUE(count.ok()) << count.status();
  std::vector<std::pair<int, Readiness>> result;
  for (size_t i = 0; i < count.value_or(0); ++i)
    result.emplace_back(events[i].fd, events[i].readiness);
  return result;
}

// "Empty sequences are allowed, but acceptance of three empty sequences is platform-dependent. (It
// is known to work on Unix but not on Windows.)"
TEST(SelectOnWindows, RefusesThreeEmptyLists) {
  for (const absl::Duration timeout : {absl::ZeroDuration(), kLong, absl::InfiniteDuration()}) {
    const auto result = Select(Numbers(), Numbers(), Numbers(), timeout);
    EXPECT_EQ(ErrnoOf(result.status()), EINVAL);
    EXPECT_THAT(std::string(result.status().message()), HasSubstr("select: WSAEINVAL 10022"));
  }
}

// "File objects on Windows are not acceptable, but sockets are."
TEST(SelectOnWindows, RefusesFiles) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  const Pair pair;
  const auto result =
      Select(std::vector<std::FILE*>{file}, Numbers{pair.own.fd()}, Numbers(), kLong);
  EXPECT_EQ(ErrnoOf(result.status()), EBADF);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr("WSAENOTSOCK 10038"));
  EXPECT_EQ(ErrnoOf(NewSelectPoller()->Register(fileno(file), Interest::kReadable)), EBADF);
  std::fclose(file);
}

TEST(SelectOnWindows, FindsReadableAndWritable) {
  const Pair pair;
  const int own = pair.own.fd();
  auto result = Select(Numbers{own}, Numbers{own}, Numbers{own}, kLong);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->readable, IsEmpty());
  EXPECT_THAT(result->writable, ElementsAre(own));
  EXPECT_THAT(result->exceptional, IsEmpty());
  pair.peer.Send("x");
  EXPECT_THAT(Select(Numbers{own}, Numbers(), Numbers(), kLong)->readable, ElementsAre(own));
}

TEST(SelectOnWindows, NamesTheClosedSocket) {
  const Pair pair;
  Pair other;
  const int closed = other.own.fd();
  other.own.Close();
  const auto result = Select(Numbers{pair.own.fd(), closed}, Numbers(), Numbers(), kLong);
  EXPECT_EQ(ErrnoOf(result.status()), EBADF);
  EXPECT_THAT(std::string(result.status().message()),
              HasSubstr("select fd " + std::to_string(closed) + ": WSAENOTSOCK 10038"));
}

TEST(SelectOnWindows, RefusesASocketThatIsNoInt) {
  const SOCKET large = SOCKET{1} << 40;
  EXPECT_EQ(Select(std::vector<SOCKET>{large}, Numbers(), Numbers(), kLong).status().code(),
            absl::StatusCode::kOutOfRange);
  EXPECT_EQ(DescriptorOf(large).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(SelectOnWindows, TakesMoreThan64AndNoMoreThan512) {
  std::vector<Socket> sockets;
  Numbers numbers;
  for (int i = 0; i < 513; ++i) {
    sockets.push_back(NewSocket());
    numbers.push_back(sockets.back().fd());
  }
  const Pair pair;
  numbers[511] = pair.own.fd();
  pair.peer.Send("x");
  EXPECT_EQ(Select(numbers, Numbers(), Numbers(), kLong).status().message(),
            "too many file descriptors in select()");
  const auto beyond = Select(numbers, Numbers(), Numbers(), kLong, {/*beyond_fd_setsize=*/true});
  ASSERT_TRUE(beyond.ok()) << beyond.status();
  EXPECT_THAT(beyond->readable, ElementsAre(pair.own.fd()));
  numbers.pop_back();
  EXPECT_THAT(Select(numbers, Numbers(), Numbers(), kLong)->readable, ElementsAre(pair.own.fd()));
}

TEST(SelectOnWindows, TellsAFailedConnectAsExceptionalOnly) {
  const Listener nobody;  // does not listen
  const Socket client = nobody.Connect();
  const int fd = client.fd();
  const auto result = Select(Numbers{fd}, Numbers{fd}, Numbers{fd}, kLong);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->readable, IsEmpty());
  EXPECT_THAT(result->writable, IsEmpty());
  EXPECT_THAT(result->exceptional, ElementsAre(fd));
}

TEST(SelectOnWindows, DoesNotEndEarly) {
  const Pair pair;
  for (const int microseconds : {1, 300, 1500, 40'000}) {
    const auto start = std::chrono::steady_clock::now();
    const auto result =
        Select(Numbers{pair.own.fd()}, Numbers(), Numbers(), absl::Microseconds(microseconds));
    EXPECT_TRUE(result.ok() && result->readable.empty()) << result.status();
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::microseconds(microseconds));
  }
}

TEST(SelectOnWindows, HasNoPipeBuf) {
  EXPECT_TRUE(absl::MakeConstSpan(select::kSelectConstants).empty());
}

TEST(WinsockPoller, ReportsWithDataUntilRead) {
  const Pair pair;
  const auto poller = NewSelectPoller();
  ASSERT_TRUE(poller->Register(pair.own.fd(), Interest::kReadable, 7).ok());
  EXPECT_THAT(WaitFor(*poller, absl::ZeroDuration()), IsEmpty());
  pair.peer.Send("x");
  Event events[4];
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(*poller->Wait(absl::MakeSpan(events), kLong), 1u);
    EXPECT_EQ(events[0].fd, pair.own.fd());
    EXPECT_EQ(events[0].data, 7u);
    EXPECT_EQ(events[0].readiness, Readiness::kReadable);
  }
  pair.own.Receive();
  EXPECT_THAT(WaitFor(*poller, absl::ZeroDuration()), IsEmpty());
}

TEST(WinsockPoller, FiresOneShotOnce) {
  const Pair pair;
  const auto poller = NewSelectPoller();
  const int fd = pair.own.fd();
  ASSERT_TRUE(poller->Register(fd, Interest::kWritable, 0, Trigger::kOneShot).ok());
  EXPECT_THAT(WaitFor(*poller, kLong), ElementsAre(std::pair(fd, Readiness::kWritable)));
  EXPECT_THAT(WaitFor(*poller, absl::Milliseconds(5)), IsEmpty());
  ASSERT_TRUE(poller->Modify(fd, Interest::kWritable, 0, Trigger::kOneShot).ok());
  EXPECT_THAT(WaitFor(*poller, kLong), ElementsAre(std::pair(fd, Readiness::kWritable)));
}

TEST(WinsockPoller, WakesAWaitOfAnotherThread) {
  const auto poller = NewSelectPoller();
  std::thread waiting([&] { EXPECT_THAT(WaitFor(*poller, kLong), IsEmpty()); });
  EXPECT_TRUE(poller->Wake().ok());
  waiting.join();
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(poller->Wake().ok());
  EXPECT_THAT(WaitFor(*poller, kLong), IsEmpty());
  EXPECT_THAT(WaitFor(*poller, absl::Milliseconds(2)), IsEmpty());
}

TEST(WinsockPoller, TakesARegistrationDuringAWait) {
  const Pair pair;
  const auto poller = NewSelectPoller();
  const int fd = pair.own.fd();
  pair.peer.Send("x");
  std::thread waiting([&] {
    EXPECT_THAT(WaitFor(*poller, kLong), ElementsAre(std::pair(fd, Readiness::kReadable)));
  });
  EXPECT_TRUE(poller->Register(fd, Interest::kReadable).ok());
  waiting.join();
}

TEST(WinsockPoller, ReportsARefusedConnectAndItsError) {
  const Listener nobody;  // does not listen
  const Socket client = nobody.Connect();
  const auto poller = NewSelectPoller();
  ASSERT_TRUE(poller->Register(client.fd(), Interest::kWritable).ok());
  EXPECT_THAT(WaitFor(*poller, kLong), ElementsAre(std::pair(client.fd(), Readiness::kWritable)));
  EXPECT_EQ(*poller->TakeError(client.fd()), ECONNREFUSED);
}

TEST(WinsockPoller, ReportsUrgentDataIfAskedAndDoesNotSpinOtherwise) {
  const Pair pair;
  const auto poller = NewSelectPoller();
  const int fd = pair.own.fd();
  ASSERT_EQ(send(pair.peer.handle(), "!", 1, MSG_OOB), 1);
  EXPECT_THAT(Select(Numbers(), Numbers(), Numbers{fd}, kLong)->exceptional, ElementsAre(fd));
  ASSERT_TRUE(poller->Register(fd, Interest::kReadable).ok());
  EXPECT_THAT(WaitFor(*poller, absl::Milliseconds(20)), IsEmpty());
  EXPECT_LE(poller->counters().spurious, 1u);
  ASSERT_TRUE(poller->Modify(fd, Interest::kPriority).ok());
  EXPECT_THAT(WaitFor(*poller, kLong), ElementsAre(std::pair(fd, Readiness::kPriority)));
}

TEST(WinsockPoller, ReportsAClosedSocketOnceAsInvalid) {
  Pair pair;
  const Pair other;
  const auto poller = NewSelectPoller();
  const int closed = pair.own.fd();
  ASSERT_TRUE(poller->Register(closed, Interest::kReadable).ok());
  ASSERT_TRUE(poller->Register(other.own.fd(), Interest::kReadable).ok());
  pair.own.Close();
  EXPECT_THAT(WaitFor(*poller, kLong), ElementsAre(std::pair(closed, Readiness::kInvalid)));
  EXPECT_THAT(WaitFor(*poller, absl::Milliseconds(2)), IsEmpty());
  EXPECT_TRUE(poller->Unregister(closed).ok());
}

TEST(WinsockPoller, WatchesFiveHundredSocketsFairly) {
  std::vector<std::unique_ptr<Pair>> pairs;
  const auto poller = NewSelectPoller();
  for (int i = 0; i < 250; ++i) {
    pairs.push_back(std::make_unique<Pair>());
    ASSERT_TRUE(poller->Register(pairs.back()->own.fd(), Interest::kReadable).ok());
    ASSERT_TRUE(poller->Register(pairs.back()->peer.fd(), Interest::kReadable).ok());
    pairs.back()->peer.Send("x");
  }
  EXPECT_EQ(WaitFor(*poller, kLong).size(), 250u);
  std::vector<int> reported;
  for (int wait = 0; wait < 25; ++wait) {
    Event events[10];
    ASSERT_EQ(*poller->Wait(absl::MakeSpan(events), kLong), 10u);
    for (const Event& event : events) reported.push_back(event.fd);
  }
  std::vector<int> all;
  for (const auto& pair : pairs) all.push_back(pair->own.fd());
  EXPECT_THAT(reported, ::testing::UnorderedElementsAreArray(all));
}

TEST(WinsockPoller, RefusesWhatIsNotOpenOrKnown) {
  Pair pair;
  const auto poller = NewSelectPoller();
  const int fd = pair.own.fd();
  EXPECT_EQ(ErrnoOf(poller->Register(INT32_MAX, Interest::kReadable)), EBADF);
  EXPECT_EQ(ErrnoOf(poller->Modify(fd, Interest::kReadable)), ENOENT);
  ASSERT_TRUE(poller->Register(fd, Interest::kReadable).ok());
  EXPECT_EQ(ErrnoOf(poller->Register(fd, Interest::kReadable)), EEXIST);
  EXPECT_EQ(poller->Register(fd, Interest::kReadable, 0, Trigger::kEdge).code(),
            absl::StatusCode::kUnimplemented);
  pair.own.Close();
  EXPECT_EQ(ErrnoOf(poller->Modify(fd, Interest::kReadable)), EBADF);
}

}  // namespace
}  // namespace someos
