#include "someos/tools/shell/commands/general_commands.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/threading.h"
#include "someos/tools/shell/commands/arguments.h"
#include "someos/tools/shell/session/notice_queue.h"
#include "someos/tools/shell/session/object.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

// A command to be executed later.
class Timer : public Object {
 public:
  static constexpr absl::string_view kKind = "timer";

  Timer(absl::Duration time, absl::string_view command, NoticeQueue& notices)
      : command_(command), timer_(time, [this, &notices] { notices.Post({"", command_}); }) {}
  ~Timer() override { timer_.Cancel(); }

  absl::Status Start() { return timer_.Start(); }

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override {
    return absl::StrCat(timer_.finished() ? "has posted: " : "waits with: ", command_);
  }

 private:
  const std::string command_;
  threading::Timer timer_;
};

std::string Padded(absl::string_view text, size_t width) {
  return absl::StrCat(text, std::string(width - std::min(width, text.size()), ' '));
}

absl::Status HelpOnAll(const Session& session) {
  size_t width = 0;
  for (const Command& command : session.commands().commands()) {
    width = std::max(width, command.usage.size());
  }
  for (const Command& command : session.commands().commands()) {
    session.Print(absl::StrCat(Padded(command.usage, width + 2), command.summary()));
  }
  return absl::OkStatus();
}

absl::Status Help(Session& session, Arguments arguments) {
  if (arguments.empty()) return HelpOnAll(session);
  const Command* const command = session.commands().Find(arguments[0].text);
  if (command == nullptr) {
    return PlainStatus(absl::StatusCode::kNotFound,
                       absl::StrCat("there is no command ", Quoted(arguments[0].text)));
  }
  session.Print(absl::StrCat(command->usage, "\n\n", command->help));
  return absl::OkStatus();
}

absl::Status Objects(Session& session, Arguments /*arguments*/) {
  for (const ObjectTable::Entry& entry : session.objects().entries()) {
    session.Print(
        absl::StrCat(entry.name, ": ", entry.object->kind(), ": ", entry.object->Describe()));
  }
  return absl::OkStatus();
}

absl::Status Close(Session& session, Arguments arguments) {
  for (const Word& name : arguments) {
    absl::Status status = session.Close(name.text);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Print(Session& session, Arguments arguments) {
  session.Print(absl::StrJoin(
      arguments, " ", [](std::string* out, const Word& word) { absl::StrAppend(out, word.text); }));
  return absl::OkStatus();
}

absl::Status Wait(Session& session, Arguments arguments) {
  const absl::StatusOr<absl::Duration> timeout =
      arguments.empty() ? absl::Seconds(10) : DurationOf(arguments[0]);
  if (!timeout.ok()) return timeout.status();
  const std::optional<Notice> notice = session.notices().Take(*timeout);
  if (!notice.has_value()) {
    return PlainStatus(absl::StatusCode::kDeadlineExceeded,
                       absl::StrCat("nothing has happened in ", absl::FormatDuration(*timeout)));
  }
  return session.Handle(*notice).status;
}

absl::Status StartTimer(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  const absl::StatusOr<absl::Duration> time = DurationOf(arguments[1]);
  if (!time.ok()) return time.status();
  const std::string command =
      absl::StrJoin(arguments.subspan(2), " ", [](std::string* out, const Word& word) {
        absl::StrAppend(out, word.quoted ? Quoted(word.text) : word.text);
      });
  auto timer = std::make_unique<Timer>(*time, command, session.notices());
  status = timer->Start();
  return status.ok() ? session.Add(arguments[0].text, std::move(timer)) : status;
}

absl::Status Exit(Session& session, Arguments arguments) {
  int code = 0;
  if (!arguments.empty() &&
      (!absl::SimpleAtoi(arguments[0].text, &code) || code < 0 || code > 255)) {
    return PlainStatus(absl::StatusCode::kInvalidArgument,
                       absl::StrCat(Quoted(arguments[0].text), " is not a number from 0 to 255"));
  }
  session.Exit(code);
  return absl::OkStatus();
}

constexpr Command kCommands[] = {
    {"help [COMMAND]", "describes a command, or lists all", Help},
    {"objects", "lists what is open", Objects},
    {"close OBJECT...", "closes objects, which pollers no longer watch", Close},
    {"print TEXT...", "prints its arguments", Print},
    {"wait [TIME]",
     "waits for the next event or timer\n\n"
     "Shows the event, or executes the timer's command. Fails if there is none within the time,\n"
     "such as 500ms or inf; 10s if none is given. At a terminal, events are shown without it.",
     Wait},
    {"timer NAME TIME COMMAND [ARGUMENT...]",
     "executes a command after a time\n\n"
     "In a script, wait executes it. To close the timer cancels it.",
     StartTimer},
    {"exit [CODE]", "ends the shell", Exit},
};

}  // namespace

absl::Span<const Command> GeneralCommands() { return kCommands; }

}  // namespace someos::shell
