// Files and pipes instead of a terminal.

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/pipe.h"
#include "someos/testing/scoped_fd.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"
#include "someos/testing/system_call.h"
#include "someos/testing/temporary_file.h"

namespace someos {
namespace {

// An editor between two pipes.
struct Piped {
  explicit Piped(const LineBackend& backend) {
    LineEditorOptions options;
    options.input = in.reader.get();
    options.output = out.writer.get();
    editor = backend.create(options);
  }

  Pipe in;
  Pipe out;
  std::unique_ptr<LineEditor> editor;
};

TEST_P(LineNoTerminalTest, LinesAreReadAsTheyAre) {
  Piped piped(*GetParam());
  WriteText(piped.in.writer.get(), "one\n\x01two\033[A\t\n\nlast");
  piped.in.writer.reset();
  for (const char* expected : {"one", "\x01two\033[A\t", "", "last"}) {
    const absl::StatusOr<std::string> line = piped.editor->ReadLine({"> "});
    ASSERT_THAT(line, Succeeds());
    EXPECT_EQ(*line, expected);
  }
  EXPECT_THAT(piped.editor->ReadLine({"> "}),
              FailsWithCode(absl::StatusCode::kOutOfRange, "read line"));
  EXPECT_EQ(ReadAvailable(piped.out.reader.get()), "> > > > > ");
  EXPECT_TRUE(piped.editor->history().empty());
}

TEST_P(LineNoTerminalTest, ALineComesPieceByPiece) {
  Piped piped(*GetParam());
  ASSERT_THAT(piped.editor->Begin({""}), Succeeds());
  WriteText(piped.in.writer.get(), "on");
  absl::StatusOr<std::optional<std::string>> line = piped.editor->OnReadable();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, std::nullopt);
  WriteText(piped.in.writer.get(), "e\ntwo\n");
  line = piped.editor->OnReadable();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "one");
  // The next one is there already.
  ASSERT_THAT(piped.editor->Begin({""}), Succeeds());
  EXPECT_EQ(piped.editor->timeout(), absl::ZeroDuration());
  line = piped.editor->OnTimeout();
  ASSERT_THAT(line, Succeeds());
  EXPECT_EQ(*line, "two");
}

TEST_P(LineNoTerminalTest, OfALongFileNoMoreIsReadThanIsNeeded) {
  constexpr int kLines = 300'000;
  std::string contents;
  for (int i = 0; i < kLines; ++i) absl::StrAppend(&contents, "line ", i, "\n");
  const ScopedFd file = TemporaryFile();
  WriteText(file.get(), contents);
  MustSucceed(lseek(file.get(), 0, SEEK_SET), "lseek");
  const Pipe out;
  LineEditorOptions options;
  options.input = file.get();
  options.output = out.writer.get();
  const std::unique_ptr<LineEditor> editor = GetParam()->create(options);
  for (int i = 0; i < kLines; ++i) {
    ASSERT_EQ(editor->ReadLine({""}).value_or("failed"), absl::StrCat("line ", i));
    if (i == 100) {
      ASSERT_LT(lseek(file.get(), 0, SEEK_CUR), static_cast<off_t>(contents.size() / 2));
    }
  }
  EXPECT_THAT(editor->ReadLine({""}), FailsWithCode(absl::StatusCode::kOutOfRange, "read line"));
}

TEST_P(LineNoTerminalTest, TextIsPrinted) {
  Piped piped(*GetParam());
  piped.editor->Print("one");
  piped.editor->Print("two\n");
  EXPECT_EQ(ReadAvailable(piped.out.reader.get()), "one\ntwo\n");
}

TEST_P(LineNoTerminalTest, WhatThreadsPrintAtOnceIsThereWhenTheyHaveReturned) {
  const Piped piped(*GetParam());
  constexpr int kThreads = 4;
  constexpr int kTexts = 5;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kTexts; ++j) piped.editor->Print("x");
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(ReadAvailable(piped.out.reader.get()).size(), 2 * kThreads * kTexts) << round;
  }
}

TEST_P(LineNoTerminalTest, AnOutputThatNobodyReadsIsAnErrorAndNoSignal) {
  Piped piped(*GetParam());
  piped.out.reader.reset();
  EXPECT_THAT(piped.editor->ReadLine({"> "}), FailsWithErrno(EPIPE, "write fd"));
  piped.editor->Print("lost");
}

TEST_P(LineNoTerminalTest, DescriptorsMustBeOpen) {
  LineEditorOptions options;
  const Pipe out;
  const Pipe in;
  for (const int none : {-1, 1000000}) {
    options.input = none;
    options.output = out.writer.get();
    EXPECT_THAT(GetParam()->create(options)->ReadLine({""}),
                FailsWithErrno(EBADF, absl::StrCat("read fd ", none)));
    options.input = in.reader.get();
    options.output = none;
    EXPECT_THAT(GetParam()->create(options)->Begin({""}),
                FailsWithErrno(EBADF, absl::StrCat("write fd ", none)));
  }
}

}  // namespace
}  // namespace someos
