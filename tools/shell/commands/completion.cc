#include "someos/tools/shell/commands/completion.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/managers.h"
#include "someos/api/rlcompleter.h"
#include "someos/api/select.h"
#include "someos/tools/shell/commands/managed.h"
#include "someos/tools/shell/session/command.h"
#include "someos/tools/shell/session/session.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

void AddCommands(const Session& session, NameRegistry& names) {
  for (const Command& command : session.commands().commands()) {
    names.Add(std::string(command.name()));
  }
}

// Objects of one kind, "poller" for POLLER, or all.
void AddObjects(const Session& session, absl::string_view kind, NameRegistry& names) {
  for (const ObjectTable::Entry& entry : session.objects().entries()) {
    if (kind.empty() || entry.object->kind() == kind) names.Add(entry.name);
  }
}

void AddMethods(const Session& session, const Word& object, NameRegistry& names) {
  const absl::StatusOr<Managed*> managed = session.objects().Find<Managed>(object.text);
  if (!managed.ok()) return;
  for (const std::string& method : (*managed)->methods()) names.Add(method);
}

// Words that do not hang on the session.
void AddConstants(absl::string_view parameter, NameRegistry& names) {
  std::vector<std::string> words;
  if (parameter == "BACKEND") {
    for (const Backend* backend : LinkedBackends()) words.emplace_back(backend->name);
  } else if (parameter == "INTEREST") {
    words = {"readable", "writable", "priority", "read-hangup", "errors", "none"};
  } else if (parameter == "TRIGGER") {
    words = {"level", "edge", "one-shot"};
  } else if (parameter == "ACCESS") {
    words = {"read", "write", "copy"};
  } else if (parameter == "TYPE") {
    words = {
        "Queue",     "JoinableQueue", "Event", "Lock", "RLock", "Semaphore", "BoundedSemaphore",
        "Condition", "Barrier",       "list",  "dict", "Value", "Array",     "Namespace"};
  }
  for (std::string& word : words) names.Add(std::move(word));
}

std::vector<std::string> Of(const Session& session, absl::Span<const Word> before,
                            absl::string_view text) {
  NameRegistry names("");
  const Command* const command = before.empty() ? nullptr : session.commands().Find(before[0].text);
  if (before.empty()) AddCommands(session, names);
  if (command == nullptr) return names.Matches(text);
  const size_t index = before.size() - 1;
  const absl::string_view parameter = command->parameter(index);
  if (parameter.empty()) return {};
  if (parameter == "PATH") return PathMatches(text);
  const std::vector<absl::string_view> all = command->parameters();
  const auto nested =
      static_cast<size_t>(std::find(all.begin(), all.end(), "COMMAND") - all.begin());
  if (nested < index) return Of(session, before.subspan(nested + 1), text);
  if (parameter == "COMMAND") AddCommands(session, names);
  if (parameter == "METHOD") AddMethods(session, before.back(), names);
  if (parameter == "OBJECT" || parameter == "ADDRESS") AddObjects(session, "", names);
  if (parameter == "MANAGED") AddObjects(session, Managed::kKind, names);
  AddObjects(session, absl::AsciiStrToLower(parameter), names);
  AddConstants(parameter, names);
  return names.Matches(text);
}

}  // namespace

std::vector<std::string> Complete(const Session& session, absl::string_view before,
                                  absl::string_view text) {
  const absl::StatusOr<std::vector<Word>> words = SplitWords(before);
  if (!words.ok()) return {};  // within quotes
  std::vector<std::string> matches = Of(session, *words, text);
  if (matches.size() == 1 && !absl::EndsWith(matches[0], "/")) matches[0] += ' ';
  return matches;
}

}  // namespace someos::shell
