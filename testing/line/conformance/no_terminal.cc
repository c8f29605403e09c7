// Files and pipes instead of a terminal.

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "someos/api/line_editor.h"
#include "someos/testing/line/conformance/fixture.h"
#include "someos/testing/pipe.h"
#include "someos/testing/status_matchers.h"
#include "someos/testing/stream_io.h"

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

TEST_P(LineNoTerminalTest, TextIsPrinted) {
  Piped piped(*GetParam());
  piped.editor->Print("one");
  piped.editor->Print("two\n");
  EXPECT_EQ(ReadAvailable(piped.out.reader.get()), "one\ntwo\n");
}

TEST_P(LineNoTerminalTest, DescriptorsMustBeOpen) {
  LineEditorOptions options;
  const Pipe out;
  options.output = out.writer.get();
  options.input = 1000000;
  EXPECT_THAT(GetParam()->create(options)->ReadLine({""}),
              FailsWithErrno(EBADF, "read fd 1000000"));
  options.output = 1000000;
  EXPECT_THAT(GetParam()->create(options)->ReadLine({"> "}),
              FailsWithErrno(EBADF, "write fd 1000000"));
}

}  // namespace
}  // namespace someos
