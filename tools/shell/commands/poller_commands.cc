#include "someos/tools/shell/commands/poller_commands.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/interest.h"
#include "someos/api/select.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/watched_poller.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

absl::StatusOr<Interest> InterestOf(absl::string_view text) {
  Interest interest = Interest::kNone;
  for (const absl::string_view name : absl::StrSplit(text, '|')) {
    Interest bit = Interest::kNone;
    for (const Interest each : {Interest::kReadable, Interest::kWritable, Interest::kPriority,
                                Interest::kReadHangup, Interest::kErrors}) {
      if (InterestNames(each) == name) bit = each;
    }
    if (bit == Interest::kNone && name != "none") {
      return PlainStatus(absl::StatusCode::kInvalidArgument,
                         absl::StrCat(Quoted(name),
                                      " is none of readable, writable, priority, "
                                      "read-hangup, errors and none"));
    }
    interest |= bit;
  }
  return interest;
}

absl::StatusOr<Trigger> TriggerOf(absl::string_view text) {
  for (const Trigger each : {Trigger::kLevel, Trigger::kEdge, Trigger::kOneShot}) {
    if (TriggerName(each) == text) return each;
  }
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(Quoted(text), " is none of level, edge and one-shot"));
}

absl::StatusOr<int> DescriptorOf(const Session& session, absl::string_view name) {
  const absl::StatusOr<Object*> object = session.objects().Find(name);
  if (!object.ok()) return object.status();
  if ((*object)->descriptor() >= 0) return (*object)->descriptor();
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(name, " has no descriptor that a poller could watch"));
}

absl::Status Backends(Session& session, Arguments /*arguments*/) {
  for (const Backend* backend : LinkedBackends()) {
    session.Print(absl::StrCat(backend->name, ": ", backend->implementation));
  }
  return absl::OkStatus();
}

absl::Status NewPollerCommand(Session& session, Arguments arguments) {
  absl::Status status = session.objects().CheckNew(arguments[0].text);
  if (!status.ok()) return status;
  absl::string_view backend;
  if (arguments.size() > 1) backend = arguments[1].text;
  absl::StatusOr<std::unique_ptr<WatchedPoller>> poller =
      WatchedPoller::Create(arguments[0].text, backend, session.notices());
  if (!poller.ok()) return poller.status();
  return session.Add(arguments[0].text, *std::move(poller));
}

absl::Status Watch(Session& session, Arguments arguments) {
  const auto poller = session.objects().Find<WatchedPoller>(arguments[0].text);
  if (!poller.ok()) return poller.status();
  const absl::StatusOr<int> fd = DescriptorOf(session, arguments[1].text);
  if (!fd.ok()) return fd.status();
  const absl::StatusOr<Interest> interest = InterestOf(arguments[2].text);
  if (!interest.ok()) return interest.status();
  const absl::StatusOr<Trigger> trigger =
      arguments.size() > 3 ? TriggerOf(arguments[3].text) : Trigger::kLevel;
  if (!trigger.ok()) return trigger.status();
  return (*poller)->Watch(arguments[1].text, *fd, *interest, *trigger);
}

absl::Status Unwatch(Session& session, Arguments arguments) {
  const auto poller = session.objects().Find<WatchedPoller>(arguments[0].text);
  if (!poller.ok()) return poller.status();
  const absl::StatusOr<int> fd = DescriptorOf(session, arguments[1].text);
  return fd.ok() ? (*poller)->Unwatch(*fd) : fd.status();
}

absl::Status Registrations(Session& session, Arguments arguments) {
  const auto poller = session.objects().Find<WatchedPoller>(arguments[0].text);
  if (!poller.ok()) return poller.status();
  for (const std::string& line : (*poller)->Registrations()) session.Print(line);
  return absl::OkStatus();
}

constexpr Command kCommands[] = {
    {"backends", "lists the mechanisms that pollers can use, the default first", Backends},
    {"poller NAME [BACKEND]", "makes a poller", NewPollerCommand},
    {"watch POLLER OBJECT INTEREST [TRIGGER]",
     "registers an object, or changes its registration\n\n"
     "INTEREST: readable, writable, priority, read-hangup, errors, none, or several with | "
     "between\n"
     "them. TRIGGER: level (if none is given), edge or one-shot. A level-triggered event is shown\n"
     "once; if it still holds after the object was read from or written to, it is shown again.",
     Watch},
    {"unwatch POLLER OBJECT", "ends a registration", Unwatch},
    {"registrations POLLER", "shows what a poller watches, and its counters", Registrations},
};

}  // namespace

absl::Span<const Command> PollerCommands() { return kCommands; }

}  // namespace someos::shell
