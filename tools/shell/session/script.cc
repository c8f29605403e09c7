#include "someos/tools/shell/session/script.h"

#include <functional>
#include <istream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/tools/shell/session/session.h"

namespace someos::shell {

int RunScript(Session& session, std::istream& input,
              const std::function<void(absl::string_view)>& report) {
  std::string line;
  for (int number = 1; std::getline(input, line); ++number) {
    const Outcome outcome = session.Execute(line);
    if (!outcome.status.ok()) {
      report(absl::StrCat("line ", number, ": ", outcome.status.message()));
      return outcome.exit_code();
    }
    if (session.exit_code().has_value()) return *session.exit_code();
  }
  return 0;
}

}  // namespace someos::shell
