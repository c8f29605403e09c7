#include "someos/api/multiprocessing/python_worker/interpreter.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/trusted_environment.h"
#include "someos/backends/worker_process/parent_process.h"
#include "someos/backends/worker_process/this_program.h"

namespace someos::multiprocessing::internal {
namespace {

constexpr char kVariable[] = "SOMEOS_PYTHON";

// Whether the file at `path` is called as interpreters are: python3.13, pypy3.
bool IsCalledAsInterpreter(absl::string_view path) {
  const size_t slash = path.rfind('/');
  const absl::string_view name = slash == absl::string_view::npos ? path : path.substr(slash + 1);
  return absl::StartsWith(name, "python") || absl::StartsWith(name, "pypy");
}

absl::StatusOr<std::string> Interpreter(const std::string& configured,
                                        const worker_process::ParentProcess& parent) {
  const char* const named = base::TrustedEnvironment(kVariable);
  if (named != nullptr && *named != '\0') return named;
  if (!configured.empty()) return configured;
  absl::StatusOr<std::string> program = parent.program();
  if (program.ok() && IsCalledAsInterpreter(*program)) return program;
  return PlainStatus(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("Python has started its resource tracker or fork server by this worker, which "
                   "hands over to an interpreter; the environment variable ",
                   kVariable, " is to name one, because the parent process ",
                   program.ok() ? absl::StrCat("is ", *program) : "cannot be looked at"));
}

}  // namespace

absl::Status BecomeInterpreter(const std::vector<std::string>& arguments,
                               const std::string& configured,
                               const worker_process::ParentProcess& parent) {
  const absl::StatusOr<std::string> python = Interpreter(configured, parent);
  if (!python.ok()) return python.status();
  if (worker_process::AreSameFile(*python, arguments[0])) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(*python, " is this worker, and no interpreter"));
  }
  std::vector<std::string> same = arguments;
  same[0] = *python;  // by which an interpreter finds its library
  return worker_process::ExecuteInstead(*python, std::move(same));
}

}  // namespace someos::multiprocessing::internal
