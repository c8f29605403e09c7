#include "someos/tools/shell/commands/process_commands.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing.h"
#include "someos/backends/process_spawn/spawn_program.h"
#include "someos/tools/shell/commands/arguments.h"
#include "someos/tools/shell/commands/running.h"
#include "someos/tools/shell/commands/stream.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

using multiprocessing::Child;
using multiprocessing::Connection;

// The program and its arguments, with the descriptor in place of the terminal, which is the
// editor's.
absl::StatusOr<std::unique_ptr<Child>> Spawn(Arguments words, int descriptor) {
  multiprocessing::ProgramOptions options;
  options.path = "/bin/sh";
  options.arguments = {"sh", "-c", "exec \"$@\" <&3 >&3 2>&3 3<&-", "sh"};
  for (const Word& word : words) options.arguments.push_back(word.text);
  options.descriptors = {descriptor};
  return multiprocessing::SpawnProgram(options);
}

absl::Status Start(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNewPair(arguments[0].text, arguments[1].text,
                                                       "the process and its stream");
  if (!status.ok()) return status;
  absl::StatusOr<std::pair<Connection, Connection>> ends = multiprocessing::Pipe();
  if (!ends.ok()) return ends.status();
  const absl::StatusOr<int> end = ends->second.fileno();
  if (!end.ok()) return end.status();
  absl::StatusOr<std::unique_ptr<Child>> child = Spawn(arguments.subspan(2), *end);
  if (!child.ok()) return child.status();
  status = session.Add(arguments[0].text,
                       std::make_unique<Running>(*std::move(child), arguments[2].text));
  if (!status.ok()) return status;
  return session.Add(
      arguments[1].text,
      std::make_unique<Stream>(ends->first.Release(),
                               absl::StrCat("input and output of ", arguments[0].text)));
}

absl::Status Join(Session& session, Arguments arguments) {
  const absl::StatusOr<Running*> running = session.objects().Find<Running>(arguments[0].text);
  if (!running.ok()) return running.status();
  const absl::StatusOr<absl::Duration> timeout =
      arguments.size() > 1 ? DurationOf(arguments[1]) : absl::Seconds(10);
  if (!timeout.ok()) return timeout.status();
  const absl::StatusOr<std::optional<int>> code = (*running)->child().Wait(*timeout);
  if (!code.ok()) return code.status();
  if (!code->has_value()) {
    return PlainStatus(
        absl::StatusCode::kDeadlineExceeded,
        absl::StrCat(arguments[0].text, " has not ended in ", absl::FormatDuration(*timeout)));
  }
  session.Print(absl::StrCat(**code));
  return absl::OkStatus();
}

absl::Status Signal(Session& session, Arguments arguments) {
  const absl::StatusOr<Running*> running = session.objects().Find<Running>(arguments[0].text);
  if (!running.ok()) return running.status();
  int number = 0;
  if (absl::SimpleAtoi(arguments[1].text, &number) && number > 0) {
    return (*running)->child().Signal(number);
  }
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(Quoted(arguments[1].text), " is not the number of a signal"));
}

constexpr Command kCommands[] = {
    {"start NAME NAME PROGRAM [ARGUMENT...]",
     "starts a program: the process, and a stream that is its input and output\n\n"
     "Its standard error is the same stream. A poller finds the process readable when it has "
     "ended.\n"
     "A program that is not there ends with exit code 127. To close it ends nothing.",
     Start},
    {"join PROCESS [TIME]",
     "waits until a process has ended, and prints its exit code\n\n"
     "For 10s if no time is given. A negative code is the signal that has ended it.",
     Join},
    {"signal PROCESS NUMBER", "sends a signal to a process", Signal},
};

}  // namespace

absl::Span<const Command> ProcessCommands() { return kCommands; }

}  // namespace someos::shell
