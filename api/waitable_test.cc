#include "someos/api/waitable.h"

#include <climits>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace someos::select {
namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  int fileno() const { return fd_; }

 private:
  const int fd_;
};

// Asks someone else for its number.
struct ForeignFile {
  absl::StatusOr<int> fileno() const { return result; }
  absl::StatusOr<int> result;
};

struct FileNamedByStatus {
  absl::StatusOr<std::string> fileno() const { return "7"; }
};

struct NumberlessFile {
  std::string fileno() const { return "7"; }
};

static_assert(kIsWaitable<int> && kIsWaitable<unsigned short> && kIsWaitable<int64_t>);
static_assert(kIsWaitable<FILE*>);
static_assert(kIsWaitable<Socket> && kIsWaitable<Socket*> && kIsWaitable<const Socket*>);
static_assert(kIsWaitable<std::unique_ptr<Socket>> && kIsWaitable<std::shared_ptr<const Socket>>);
static_assert(kIsWaitable<std::reference_wrapper<Socket>>);
static_assert(kIsWaitable<std::reference_wrapper<const Socket>>);
// Python's TypeErrors.
static_assert(!kIsWaitable<bool> && !kIsWaitable<double> && !kIsWaitable<std::string>);
static_assert(!kIsWaitable<int*> && !kIsWaitable<const char*> && !kIsWaitable<std::nullptr_t>);
static_assert(kIsWaitable<ForeignFile> && kIsWaitable<ForeignFile*>);
static_assert(!kIsWaitable<FileNamedByStatus> && !kIsWaitable<FileNamedByStatus*>);
static_assert(!kIsWaitable<NumberlessFile> && !kIsWaitable<NumberlessFile*>);

TEST(Waitable, EachKindHasItsDescriptor) {
  Socket socket(7);
  EXPECT_EQ(DescriptorOf(7).value(), 7);
  EXPECT_EQ(DescriptorOf(uint64_t{7}).value(), 7);
  EXPECT_EQ(DescriptorOf(stderr).value(), 2);
  EXPECT_EQ(DescriptorOf(socket).value(), 7);
  EXPECT_EQ(DescriptorOf(&socket).value(), 7);
  EXPECT_EQ(DescriptorOf(std::ref(socket)).value(), 7);
  EXPECT_EQ(DescriptorOf(std::cref(socket)).value(), 7);
  EXPECT_EQ(DescriptorOf(std::make_unique<Socket>(8)).value(), 8);
  EXPECT_EQ(DescriptorOf(std::make_shared<const Socket>(9)).value(), 9);
}

TEST(Waitable, NegativeIsAValueErrorWithPythonsText) {
  const absl::Status expected =
      absl::InvalidArgumentError("file descriptor cannot be a negative integer (-1)");
  EXPECT_EQ(DescriptorOf(-1).status(), expected);
  EXPECT_EQ(DescriptorOf(int64_t{-1}).status(), expected);
  EXPECT_EQ(DescriptorOf(Socket(-1)).status(), expected);
}

TEST(Waitable, WiderThanAnIntIsAnOverflow) {
  EXPECT_EQ(DescriptorOf(INT_MAX).value(), INT_MAX);
  EXPECT_EQ(DescriptorOf(int64_t{INT_MAX} + 1).status(),
            absl::OutOfRangeError("Python int too large to convert to C int"));
  EXPECT_EQ(DescriptorOf(UINT64_MAX).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(Waitable, AnErrorOfFilenoComesBackUnchanged) {
  absl::Status error = absl::DataLossError("the interpreter raised an exception");
  error.SetPayload("exception", absl::Cord("42"));
  const ForeignFile failing{error};
  EXPECT_EQ(DescriptorOf(failing).status(), error);
  EXPECT_EQ(DescriptorOf(&failing).status(), error);
  EXPECT_EQ(DescriptorOf(std::cref(failing)).status(), error);
  EXPECT_EQ(DescriptorOf(ForeignFile{7}).value(), 7);
  EXPECT_EQ(DescriptorOf(ForeignFile{-1}).status(),
            absl::InvalidArgumentError("file descriptor cannot be a negative integer (-1)"));
}

TEST(Waitable, NullIsRefused) {
  Socket* const socket = nullptr;
  FILE* const file = nullptr;
  EXPECT_EQ(DescriptorOf(socket).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DescriptorOf(std::shared_ptr<Socket>()).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(DescriptorOf(file).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace someos::select
