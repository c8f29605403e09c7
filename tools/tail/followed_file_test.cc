#include "someos/tools/tail/followed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/system_call.h"

namespace someos::tail {
namespace {

using Event = FollowedFile::Event;

class FollowedFileTest : public ::testing::Test {
 protected:
  FollowedFileTest() { Write(path_, ""); }
  ~FollowedFileTest() override {
    unlink(path_.c_str());
    unlink(other_.c_str());
  }

  // Makes a file with these contents, or replaces those that it has.
  static void Write(const std::string& path, absl::string_view contents) {
    Put(path, O_TRUNC, contents);
  }
  static void Append(const std::string& path, absl::string_view contents) {
    Put(path, O_APPEND, contents);
  }

  // The next change of `file`, and the data that comes with it.
  static std::string Next(FollowedFile& file) {
    const absl::StatusOr<Event> event = file.Step();
    if (!event.ok()) return event.status().ToString();
    switch (*event) {
      case Event::kNothing:
        return "nothing";
      case Event::kData:
        return std::string(file.data());
      case Event::kTruncated:
        return "truncated";
      case Event::kReplaced:
        return "replaced";
      case Event::kMissing:
        return "missing";
      case Event::kAppeared:
        return "appeared";
    }
    return "?";
  }

  const std::string path_ = ::testing::TempDir() + "/followed_file_test.log";
  const std::string other_ = path_ + ".1";

 private:
  static void Put(const std::string& path, int how, absl::string_view contents) {
    const ScopedFd file(MustSucceed(open(path.c_str(), O_WRONLY | O_CREAT | how, 0600), "open"));
    MustSucceed(write(file.get(), contents.data(), contents.size()), "write");
  }
};

TEST_F(FollowedFileTest, ReadsWhatIsAppended) {
  FollowedFile file(path_);
  ASSERT_THAT(file.OpenAtLastLines(0), Succeeds());
  EXPECT_EQ(Next(file), "nothing");
  Append(path_, "one\n");
  EXPECT_EQ(Next(file), "one\n");
  Append(path_, "tw");
  Append(path_, "o\n");
  EXPECT_EQ(Next(file), "two\n");
  EXPECT_EQ(Next(file), "nothing");
}

TEST_F(FollowedFileTest, BeginsAtTheLastLines) {
  const auto last = [this](absl::string_view contents, uint64_t lines) {
    Write(path_, contents);
    FollowedFile file(path_);
    EXPECT_THAT(file.OpenAtLastLines(lines), Succeeds());
    return Next(file);
  };
  EXPECT_EQ(last("one\ntwo\nthree\n", 2), "two\nthree\n");
  EXPECT_EQ(last("one\ntwo\nthree", 2), "two\nthree");
  EXPECT_EQ(last("one\ntwo\nthree\n", 3), "one\ntwo\nthree\n");
  EXPECT_EQ(last("one\ntwo\nthree\n", 100), "one\ntwo\nthree\n");
  EXPECT_EQ(last("one\ntwo\nthree\n", 0), "nothing");
  EXPECT_EQ(last("\n\n\n", 2), "\n\n");
  EXPECT_EQ(last("one", 1), "one");
  EXPECT_EQ(last("", 1), "nothing");
}

TEST_F(FollowedFileTest, LinesMayBeLongerThanAWindow) {
  const std::string line(3 * FollowedFile::kWindow + 5, 'x');
  Write(path_, "first\n" + line + "\n");
  FollowedFile file(path_);
  ASSERT_THAT(file.OpenAtLastLines(1), Succeeds());
  std::string read;
  for (std::string data = Next(file); data != "nothing"; data = Next(file)) {
    EXPECT_LE(data.size(), FollowedFile::kWindow);
    read += data;
  }
  EXPECT_EQ(read, line + "\n");
}

TEST_F(FollowedFileTest, ATruncatedFileIsReadFromItsStart) {
  FollowedFile file(path_);
  Write(path_, "old lines\n");
  ASSERT_THAT(file.OpenAtLastLines(10), Succeeds());
  EXPECT_EQ(Next(file), "old lines\n");
  Write(path_, "new\n");
  EXPECT_EQ(Next(file), "truncated");
  EXPECT_EQ(Next(file), "new\n");
}

TEST_F(FollowedFileTest, ARotatedFileIsReadToItsEnd) {
  FollowedFile file(path_);
  ASSERT_THAT(file.OpenAtLastLines(0), Succeeds());
  ASSERT_EQ(rename(path_.c_str(), other_.c_str()), 0);
  Append(other_, "last of the old\n");
  EXPECT_EQ(Next(file), "last of the old\n");
  EXPECT_EQ(Next(file), "missing");
  EXPECT_EQ(Next(file), "nothing");
  Append(other_, "a latecomer\n");
  Write(path_, "first of the new\n");
  EXPECT_EQ(Next(file), "a latecomer\n");
  EXPECT_EQ(Next(file), "appeared");
  EXPECT_EQ(Next(file), "first of the new\n");
}

TEST_F(FollowedFileTest, AReplacedFileIsReadFromItsStart) {
  FollowedFile file(path_);
  ASSERT_THAT(file.OpenAtLastLines(0), Succeeds());
  Write(other_, "new\n");
  ASSERT_EQ(rename(other_.c_str(), path_.c_str()), 0);
  EXPECT_EQ(Next(file), "replaced");
  EXPECT_EQ(Next(file), "new\n");
}

TEST_F(FollowedFileTest, WaitsForAMissingFile) {
  unlink(path_.c_str());
  FollowedFile file(path_);
  EXPECT_THAT(file.OpenAtLastLines(10), FailsWithErrno(ENOENT, path_));
  EXPECT_EQ(Next(file), "nothing");
  Write(path_, "here\n");
  EXPECT_EQ(Next(file), "appeared");
  EXPECT_EQ(Next(file), "here\n");
}

TEST_F(FollowedFileTest, RefusesWhatIsNoRegularFile) {
  FollowedFile directory(::testing::TempDir());
  EXPECT_THAT(directory.OpenAtLastLines(10),
              FailsWithCode(absl::StatusCode::kInvalidArgument, ::testing::TempDir()));
  ASSERT_EQ(mkfifo(other_.c_str(), 0600), 0);
  FollowedFile fifo(other_);  // nobody writes to it, but it does not block
  EXPECT_THAT(fifo.OpenAtLastLines(10), FailsWithCode(absl::StatusCode::kInvalidArgument, other_));
}

}  // namespace
}  // namespace someos::tail
