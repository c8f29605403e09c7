// Any command line is understood or refused with a message; what is understood is complete.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "someos/tools/relay/options.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

bool IsComplete(const someos::relay::Address& address) {
  return address.path.empty() != address.host.empty();
}

}  // namespace

// Lines are arguments.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using someos::relay::Options;
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  std::vector<const char*> arguments;
  for (const std::string& line : lines) arguments.push_back(line.c_str());
  const absl::StatusOr<Options> options = someos::relay::ParseOptions(arguments);
  if (!options.ok()) {
    Check(absl::IsInvalidArgument(options.status()));
    Check(!options.status().message().empty());
    return 0;
  }
  Check(options->clients > 0);
  Check(options->threads >= 1 && options->threads <= 64);
  Check(options->limits.buffer_bytes >= 1024 && options->limits.buffer_bytes <= 16 << 20);
  Check(options->limits.idle_timeout > absl::ZeroDuration());
  Check(options->limits.connect_timeout > absl::ZeroDuration());
  Check(options->limits.connect_timeout < absl::InfiniteDuration());
  if (options->action == Options::Action::kRelay) {
    Check(IsComplete(options->listen) && IsComplete(options->connect));
    Check(!options->listen_text.empty() && !options->connect_text.empty());
  }
  return 0;
}
