#include "someos/tools/relay/passed_listeners.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "someos/tools/relay/listener.h"
#include "someos/tools/relay/socket.h"

namespace someos::relay {
namespace {

constexpr int kFirst = 3;

// The value of a variable, which is removed.
std::optional<std::string> Take(const char* name) {
  const char* const value = getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string copy = value;
  unsetenv(name);
  return copy;
}

absl::Status Invalid(absl::string_view name, absl::string_view value, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(name, "=", value, ": ", why));
}

absl::StatusOr<int> Number(absl::string_view name, absl::string_view value) {
  int number = 0;
  if (value.empty() || !absl::c_all_of(value, absl::ascii_isdigit) ||
      !absl::SimpleAtoi(value, &number)) {
    return Invalid(name, value, "not a number");
  }
  return number;
}

// How many descriptors there can be.
int MostDescriptors() { return static_cast<int>(std::min<long>(sysconf(_SC_OPEN_MAX), INT_MAX)); }

// The names of `count` descriptors.
absl::StatusOr<std::vector<std::string>> Names(int count, const std::optional<std::string>& text) {
  if (!text.has_value()) return std::vector<std::string>(count, "unknown");
  std::vector<std::string> names = absl::StrSplit(*text, ':');
  if (names.size() != static_cast<size_t>(count)) {
    return Invalid("LISTEN_FDNAMES", *text, absl::StrCat("not the names of ", count, " sockets"));
  }
  return names;
}

}  // namespace

absl::StatusOr<std::vector<Listener>> TakePassedListeners() {
  const std::optional<std::string> pid_text = Take("LISTEN_PID");
  const std::optional<std::string> count_text = Take("LISTEN_FDS");
  const std::optional<std::string> names_text = Take("LISTEN_FDNAMES");
  std::vector<Listener> listeners;
  if (!pid_text.has_value() || !count_text.has_value()) return listeners;
  const absl::StatusOr<int> pid = Number("LISTEN_PID", *pid_text);
  if (!pid.ok()) return pid.status();
  if (*pid != getpid()) return listeners;
  const absl::StatusOr<int> count = Number("LISTEN_FDS", *count_text);
  if (!count.ok()) return count.status();
  if (*count > MostDescriptors()) return Invalid("LISTEN_FDS", *count_text, "too many");
  const absl::StatusOr<std::vector<std::string>> names = Names(*count, names_text);
  if (!names.ok()) return names.status();
  for (int i = 0; i < *count; ++i) {
    absl::StatusOr<Listener> listener = Listener::Adopt(Socket(kFirst + i));
    if (!listener.ok()) {
      return Invalid("LISTEN_FDS", *count_text,
                     absl::StrCat("descriptor ", kFirst + i, " (", (*names)[i], ") is ",
                                  listener.status().message()));
    }
    listeners.push_back(*std::move(listener));
  }
  return listeners;
}

}  // namespace someos::relay
