#include "someos/tools/shell/session/session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/tools/shell/session/watched_poller.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {
namespace {

using multiprocessing::Address;

absl::Status NoAddress(absl::string_view text) {
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat(Quoted(text),
                                  " is neither HOST:PORT nor [HOST]:PORT nor "
                                  "unix:PATH, nor has an object of this name an "
                                  "address"));
}

}  // namespace

Session::~Session() {
  while (!objects_.entries().empty()) {
    Close(std::string(objects_.entries().back().name)).IgnoreError();
  }
}

Outcome Session::Execute(absl::string_view line) {
  const absl::StatusOr<std::vector<Word>> words = SplitWords(line);
  if (!words.ok()) return {words.status(), false};
  if (words->empty()) return {};
  const std::string& name = (*words)[0].text;
  const Command* const command = commands_.Find(name);
  if (command == nullptr) {
    return {PlainStatus(absl::StatusCode::kInvalidArgument,
                        absl::StrCat("there is no command ", Quoted(name), "; see help")),
            false};
  }
  const Arguments arguments = absl::MakeConstSpan(*words).subspan(1);
  absl::Status status = command->CheckCount(arguments.size());
  if (!status.ok()) return {status, false};
  return {command->run(*this, arguments), true};
}

Outcome Session::Handle(const Notice& notice) {
  if (!notice.command.empty()) return Execute(notice.command);
  Print(notice.text);
  return {};
}

void Session::Print(absl::string_view line) const { print_(absl::StrCat(Printable(line), "\n")); }

absl::Status Session::Add(absl::string_view name, std::unique_ptr<Object> object) {
  absl::Status status = objects_.CheckNew(name);
  if (status.ok()) objects_.Add(name, std::move(object));
  return status;
}

absl::Status Session::Close(absl::string_view name) {
  const absl::StatusOr<Object*> object = objects_.Find(name);
  if (!object.ok()) return object.status();
  const int fd = (*object)->descriptor();
  for (WatchedPoller* poller : objects_.All<WatchedPoller>()) {
    if (fd >= 0 && poller->Watches(fd)) poller->Unwatch(fd).IgnoreError();  // it is closed next
  }
  objects_.Remove(name);
  return absl::OkStatus();
}

void Session::Used(const Object& object) const {
  for (WatchedPoller* poller : objects_.All<WatchedPoller>()) {
    poller->Resume(object.descriptor());
  }
}

absl::StatusOr<Address> Session::AddressOf(absl::string_view text) const {
  if (const auto object = objects_.Find(text); object.ok()) {
    const std::optional<Address> address = (*object)->address();
    return address.has_value() ? *address : absl::StatusOr<Address>(NoAddress(text));
  }
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) return Address::Unix(rest);
  const size_t colon = rest.rfind(':');
  int port = -1;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(rest.substr(colon + 1), &port) ||
      port < 0 || port > 65535) {
    return NoAddress(text);
  }
  rest = rest.substr(0, colon);
  if (absl::ConsumePrefix(&rest, "[") && absl::ConsumeSuffix(&rest, "]")) {
    return Address::Inet6(rest, static_cast<uint16_t>(port));
  }
  return Address::Inet(rest, static_cast<uint16_t>(port));
}

}  // namespace someos::shell
