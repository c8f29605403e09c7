// What may be given to Select, and what comes back. When it comes back is in
// select_call_waiting_test.cc.

#include "someos/backends/select/select_call.h"

#include <sys/select.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <list>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "someos/backends/select/pipe_buf.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

namespace someos::select {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// An object with a fileno() that counts how often it is asked.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}

  int fileno() const {
    ++asked_;
    return fd_;
  }
  int asked() const { return asked_; }
  bool operator<(const Socket& other) const { return fd_ < other.fd_; }

 private:
  int fd_;
  mutable int asked_ = 0;
};

// `first`, `first + 1`, ..., each made when it is looked at.
struct Numbers {
  struct Iterator {
    int operator*() const { return number; }
    Iterator& operator++() {
      ++number;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return number != other.number; }
    int number;
  };
  Iterator begin() const { return {first}; }
  Iterator end() const { return {first + 1}; }
  int first;
};

// Numbers in a stream, which can be read once.
struct NumbersInStream {
  std::istream_iterator<int> begin() { return std::istream_iterator<int>(stream); }
  std::istream_iterator<int> end() { return {}; }
  std::istringstream stream;
};

class SelectCallTest : public testing::Test {
 protected:
  SelectCallTest() { WriteText(full_.writer.get(), "x"); }

  int ready() const { return full_.reader.get(); }
  int idle() const { return empty_.reader.get(); }

  Pipe full_;   // readable
  Pipe empty_;  // not readable
};

TEST_F(SelectCallTest, NumbersInBraces) {
  const int writer = empty_.writer.get();
  auto result = Select({ready(), idle()}, {writer}, {ready()}, absl::Seconds(20));
  ASSERT_THAT(result, Succeeds());
  auto [readable, writable, exceptional] = *std::move(result);
  EXPECT_THAT(readable, ElementsAre(ready()));
  EXPECT_THAT(writable, ElementsAre(writer));
  EXPECT_THAT(exceptional, IsEmpty());
}

TEST_F(SelectCallTest, RangesOfAllKinds) {
  const std::vector<int> vector = {ready(), idle()};
  std::list<int64_t> list = {idle(), ready()};
  const std::set<int> set = {ready(), idle()};
  const std::array<uint16_t, 1> array = {static_cast<uint16_t>(ready())};
  const int c_array[] = {ready(), idle()};
  const std::initializer_list<int> initializers = {ready()};
  EXPECT_THAT(Select(vector, {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(list, {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(set, {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(array, {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(c_array, {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(initializers, {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(absl::MakeSpan(vector), {}, {})->readable, ElementsAre(ready()));
  EXPECT_THAT(Select(std::vector<int>{ready()}, {}, {})->readable, ElementsAre(ready()));
}

TEST_F(SelectCallTest, RangesThatMakeTheirElements) {
  EXPECT_THAT(Select(Numbers{ready()}, {}, {})->readable, ElementsAre(ready()));
  NumbersInStream once{std::istringstream(absl::StrCat(idle(), " ", ready()))};
  EXPECT_THAT(Select(once, {}, {})->readable, ElementsAre(ready()));
}

TEST_F(SelectCallTest, HandlesComeBackAsTheyWere) {
  const Socket socket(ready());
  const auto shared = std::make_shared<Socket>(ready());
  const std::vector<const Socket*> pointers = {&socket};
  const auto shared_writer = std::make_shared<Socket>(empty_.writer.get());
  const std::vector<std::shared_ptr<Socket>> shared_pointers = {shared};
  const std::vector<std::shared_ptr<Socket>> shared_writers = {shared_writer};
  const std::vector<std::reference_wrapper<const Socket>> references = {socket};
  const auto result = Select(pointers, shared_writers, references, absl::ZeroDuration());
  ASSERT_THAT(result, Succeeds());
  EXPECT_THAT(result->readable, ElementsAre(&socket));
  EXPECT_THAT(result->writable, ElementsAre(shared_writer));
  EXPECT_THAT(result->exceptional, IsEmpty());
  const auto again = Select(references, {}, shared_pointers, absl::ZeroDuration());
  ASSERT_THAT(again, Succeeds());
  ASSERT_EQ(again->readable.size(), 1u);
  EXPECT_EQ(&again->readable[0].get(), &socket);
  const auto third = Select(shared_pointers, {}, {}, absl::ZeroDuration());
  ASSERT_THAT(third, Succeeds());
  EXPECT_THAT(third->readable, ElementsAre(shared));
}

TEST_F(SelectCallTest, FilesComeBackAsPointers) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fdopen(dup(ready()), "r"), fclose);
  const std::vector<FILE*> files = {file.get()};
  EXPECT_THAT(Select(files, {}, {})->readable, ElementsAre(file.get()));
}

TEST_F(SelectCallTest, ObjectsComeBackAsReferencesIntoTheRange) {
  std::vector<Socket> sockets = {Socket(idle()), Socket(ready())};
  const std::vector<Socket>& constant = sockets;
  const auto result = Select(sockets, {}, constant);
  ASSERT_THAT(result, Succeeds());
  static_assert(
      std::is_same_v<decltype(result->readable), std::vector<std::reference_wrapper<Socket>>>);
  static_assert(std::is_same_v<decltype(result->exceptional),
                               std::vector<std::reference_wrapper<const Socket>>>);
  ASSERT_EQ(result->readable.size(), 1u);
  EXPECT_EQ(&result->readable[0].get(), &sockets[1]);
  for (Socket& socket : result->readable) socket = Socket(-1);
  EXPECT_EQ(sockets[1].fileno(), -1);
}

TEST_F(SelectCallTest, ElementsOfASetAreConstant) {
  const std::set<Socket> sockets = {Socket(ready())};
  const auto result = Select(sockets, {}, {});
  ASSERT_THAT(result, Succeeds());
  ASSERT_EQ(result->readable.size(), 1u);
  EXPECT_EQ(&result->readable[0].get(), &*sockets.begin());
}

TEST_F(SelectCallTest, UniquePointersStayWhereTheyAre) {
  std::vector<std::unique_ptr<Socket>> sockets;
  sockets.push_back(std::make_unique<Socket>(ready()));
  const auto result = Select(sockets, {}, {});
  ASSERT_THAT(result, Succeeds());
  ASSERT_EQ(result->readable.size(), 1u);
  EXPECT_EQ(&result->readable[0].get(), &sockets[0]);
}

TEST_F(SelectCallTest, AViewMayBeATemporary) {
  std::vector<Socket> sockets = {Socket(ready())};
  const auto result = Select(absl::MakeSpan(sockets), {}, {});
  ASSERT_THAT(result, Succeeds());
  ASSERT_EQ(result->readable.size(), 1u);
  EXPECT_EQ(&result->readable[0].get(), &sockets[0]);
}

TEST_F(SelectCallTest, InStepsTheWaitUsesDescriptorsAlone) {
  std::vector<Socket> sockets = {Socket(idle()), Socket(ready())};
  auto call = PrepareSelect(sockets, sockets, {ready()}, absl::Seconds(10));
  ASSERT_THAT(call, Succeeds());
  EXPECT_EQ(sockets[1].asked(), 2);
  sockets[1] = Socket(-1);
  ASSERT_THAT(call->Wait(), Succeeds());
  ReadAvailable(ready());
  ASSERT_THAT(call->Wait(), Succeeds());  // does nothing
  const auto result = std::move(*call).Result();
  ASSERT_EQ(result.readable.size(), 1u);
  EXPECT_EQ(&result.readable[0].get(), &sockets[1]);
  EXPECT_EQ(sockets[1].asked(), 0);
  EXPECT_THAT(result.exceptional, IsEmpty());
}

TEST_F(SelectCallTest, TheFirstStepHasTheErrorsOfTheArguments) {
  EXPECT_EQ(PrepareSelect({-1}, {}, {}, -absl::Seconds(1)).status(),
            absl::InvalidArgumentError("timeout must be non-negative"));
  EXPECT_EQ(PrepareSelect({-1}, {}, {}).status(),
            absl::InvalidArgumentError("file descriptor cannot be a negative integer (-1)"));
}

TEST_F(SelectCallTest, OrderAndDuplicatesAreTheCallers) {
  Pipe other;
  WriteText(other.writer.get(), "x");
  const int second = other.reader.get();
  EXPECT_THAT(Select({second, idle(), ready(), second}, {}, {})->readable,
              ElementsAre(second, ready(), second));
  EXPECT_THAT(Select({ready(), second, ready()}, {}, {})->readable,
              ElementsAre(ready(), second, ready()));
}

TEST_F(SelectCallTest, FilenoIsAskedOncePerElement) {
  const Socket socket(ready());
  const std::vector<const Socket*> thrice(3, &socket);
  ASSERT_EQ(Select(thrice, {}, {})->readable.size(), 3u);
  EXPECT_EQ(socket.asked(), 3);
}

TEST_F(SelectCallTest, TheTimeoutIsCheckedBeforeTheListsAndThoseInTheirOrder) {
  const Socket closed(-1);
  const std::vector<const Socket*> read = {&closed};
  EXPECT_EQ(Select(read, {}, {}, -absl::Nanoseconds(1)).status(),
            absl::InvalidArgumentError("timeout must be non-negative"));
  EXPECT_EQ(closed.asked(), 0);
  EXPECT_EQ(Select(read, {-2}, {-3}).status(),
            absl::InvalidArgumentError("file descriptor cannot be a negative integer (-1)"));
  EXPECT_EQ(Select({ready()}, {-2}, {-3}).status(),
            absl::InvalidArgumentError("file descriptor cannot be a negative integer (-2)"));
  EXPECT_EQ(Select({FD_SETSIZE}, {-2}, {}).status(),
            absl::InvalidArgumentError("filedescriptor out of range in select()"));
  EXPECT_EQ(Select({}, {}, {-3}).status(),
            absl::InvalidArgumentError("file descriptor cannot be a negative integer (-3)"));
}

TEST_F(SelectCallTest, ATimeoutPythonCannotHoldIsAnOverflow) {
  EXPECT_EQ(Select({ready()}, {}, {}, absl::Hours(24 * 365 * 300)).status().code(),
            absl::StatusCode::kOutOfRange);
  // The longest that it can, and ours for None.
  EXPECT_THAT(Select({ready()}, {}, {}, absl::Nanoseconds(INT64_MAX)), Succeeds());
  EXPECT_THAT(Select({ready()}, {}, {}, absl::InfiniteDuration()), Succeeds());
}

TEST_F(SelectCallTest, ResultsCompare) {
  const auto first = Select({ready()}, {}, {});
  EXPECT_EQ(*first, *Select({ready(), idle()}, {}, {}));
  EXPECT_NE(*first, *Select({idle()}, {}, {}, absl::ZeroDuration()));
}

TEST(PipeBuf, IsWhatPosixPromisesAtLeast) {
  EXPECT_GE(kPipeBuf, 512);
  static_assert(FindConstant(kSelectConstants, "PIPE_BUF") == kPipeBuf);
}

}  // namespace
}  // namespace someos::select
