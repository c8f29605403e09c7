#include "someos/api/multiprocessing/python_worker/spawn_message.h"

#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "someos/api/errno_status.h"
#include "someos/api/multiprocessing/connection/peer_version.h"
#include "someos/api/multiprocessing/pickle/unpickle.h"
#include "someos/api/multiprocessing/python_worker/py_objects.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr int kOldest = 306;
constexpr int kNewest = 314;
constexpr size_t kMaxDepth = 1000;  // as many levels as Python's own recursion limit

// Whether the pickle is cut off, by the messages of Unpickle, which are Python's.
bool IsCutOff(const absl::Status& status) {
  return absl::StartsWith(status.message(), "pickle data was truncated") ||
         absl::StartsWith(status.message(), "pickle exhausted before end of frame") ||
         absl::StartsWith(status.message(), "Ran out of input");
}

// 314 of "/usr/lib/python314.zip", which stands in sys.path whether there is such a file or not;
// otherwise 0.
int VersionOfPath(absl::string_view path) {
  const size_t slash = path.rfind('/');
  absl::string_view name = slash == absl::string_view::npos ? path : path.substr(slash + 1);
  int minor = 0;
  if (!absl::ConsumePrefix(&name, "python") || !absl::ConsumeSuffix(&name, ".zip") ||
      name.size() < 2 || name[0] < '2' || name[0] > '9' ||
      !absl::SimpleAtoi(name.substr(1), &minor) || minor < 0 || minor > 99) {
    return 0;
  }
  return (name[0] - '0') * 100 + minor;
}

int VersionOf(const PyValue& preparation) {
  const absl::StatusOr<PyValue> path = preparation.Get("sys_path");
  if (!path.ok()) return 0;
  const absl::StatusOr<absl::Span<const PyValue>> entries = path->AsItems();
  if (!entries.ok()) return 0;
  for (const PyValue& entry : *entries) {
    const absl::StatusOr<absl::string_view> text = entry.AsStr();
    const int version = text.ok() ? VersionOfPath(*text) : 0;
    if (version != 0) return version;
  }
  return 0;
}

absl::Status CheckVersion(int version) {
  if (version == 0 || (version >= kOldest && version <= kNewest)) return absl::OkStatus();
  return PlainStatus(
      absl::StatusCode::kUnimplemented,
      absl::StrCat("Python ", version / 100, ".", version % 100,
                   " speaks with its workers in a way that is unknown here, where 3.6 to 3.14 are "
                   "known"));
}

std::string AuthkeyOf(const PyValue& preparation) {
  const absl::StatusOr<PyValue> key = preparation.Get("authkey");
  if (!key.ok()) return "";
  const absl::StatusOr<PyValue> args =
      ArgumentsOfCall(*key, "multiprocessing.process", "AuthenticationString", 1);
  if (!args.ok()) return "";
  const absl::StatusOr<absl::string_view> bytes = args->AsItems()->front().AsBytes();
  return bytes.ok() ? std::string(*bytes) : "";
}

absl::Status ReadProcess(const PyValue& process, SpawnMessage& message) {
  const absl::StatusOr<PyValue> state =
      StateOfNew(process, "multiprocessing.context", "SpawnProcess");
  if (!state.ok()) return state.status();
  const absl::StatusOr<PyValue> name = state->Get("_name");
  absl::StatusOr<PyValue> target = state->Get("_target");
  absl::StatusOr<PyValue> args = state->Get("_args");
  absl::StatusOr<PyValue> kwargs = state->Get("_kwargs");
  if (!name.ok() || !name->AsStr().ok() || !target.ok() || !args.ok() || !kwargs.ok()) {
    return UnknownForm("a Process", process);
  }
  message.name = std::string(*name->AsStr());
  message.target = *std::move(target);
  message.args = *std::move(args);
  message.kwargs = *std::move(kwargs);
  return absl::OkStatus();
}

}  // namespace

UnpickleOptions TrustedPickles() {
  UnpickleOptions options;
  options.max_depth = kMaxDepth;
  options.max_memory = std::numeric_limits<size_t>::max();
  options.max_nodes = std::numeric_limits<size_t>::max();
  return options;
}

absl::StatusOr<std::optional<SpawnMessage>> ReadSpawnMessage(absl::string_view bytes) {
  SpawnMessage message;
  message.python.Learn(PeerVersion(kOldest, PeerVersion::kNewest));
  message.python.LearnFromPickle(bytes);
  const absl::StatusOr<PyValue> preparation = UnpickleFirst(bytes, TrustedPickles());
  if (!preparation.ok()) {
    if (IsCutOff(preparation.status())) return std::nullopt;
    return preparation.status();
  }
  const int version = VersionOf(*preparation);
  absl::Status status = CheckVersion(version);
  if (!status.ok()) return status;
  if (version != 0) message.python.Learn(PeerVersion(version, version));
  message.authkey = AuthkeyOf(*preparation);
  const absl::StatusOr<PyValue> process = UnpickleFirst(bytes, TrustedPickles());
  if (!process.ok()) {
    if (IsCutOff(process.status())) return std::nullopt;
    return process.status();
  }
  status = ReadProcess(*process, message);
  if (!status.ok()) return status;
  return message;
}

}  // namespace someos::multiprocessing::internal
