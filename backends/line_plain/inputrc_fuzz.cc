// Any bytes are an inputrc file: each line has an effect or a complaint.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/backends/line_plain/inputrc.h"
#include "someos/backends/line_plain/keymap.h"
#include "someos/backends/line_plain/settings.h"

namespace someos::line_plain {
namespace {

void RunOn(absl::string_view bytes) {
  const size_t lines = 1 + static_cast<size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  int includes = 0;
  InputrcContext context;
  context.application = "tool";
  context.read = [&](const std::string&) -> absl::StatusOr<std::string> {
    // A file that includes itself twice would be read very often.
    return ++includes > 10 ? std::string() : std::string(bytes);
  };
  Keymap keymap = Keymap::Emacs();
  Settings settings;
  for (const InputrcComplaint& each : InputrcReader(context, keymap, settings).Read("rc", bytes)) {
    if (each.line >= 1 && each.line <= lines + 1 && !each.text.empty()) continue;
    std::cerr << "line " << each.line << ": " << each.text << "\n" << std::flush;
    std::abort();
  }
}

}  // namespace
}  // namespace someos::line_plain

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  someos::line_plain::RunOn(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
