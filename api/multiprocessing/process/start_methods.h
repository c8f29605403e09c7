// The start methods that are linked into this program: Python's contexts.

#ifndef SOMEOS_API_MULTIPROCESSING_PROCESS_START_METHODS_H_
#define SOMEOS_API_MULTIPROCESSING_PROCESS_START_METHODS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/backends/process_base/start_method.h"

namespace someos::multiprocessing {

// The linked methods, the build's default first.
absl::Span<const StartMethod* const> LinkedStartMethods();

// How processes are started: Python's contexts. By default, by the method that SetStartMethod has
// chosen.
class Context {
 public:
  Context() = default;
  // "spawn", "fork", "forkserver" or "thread"; empty: that of SetStartMethod, at the time of the
  // start.
  absl::string_view start_method() const {
    return method_ == nullptr ? absl::string_view() : method_->name;
  }

 private:
  friend absl::StatusOr<Context> GetContext(absl::string_view name);
  explicit Context(const StartMethod* method) : method_(method) {}

  const StartMethod* method_ = nullptr;
};

// kInvalidArgument (ValueError) "cannot find context for 'x'": it is not linked.
absl::StatusOr<Context> GetContext(absl::string_view name);

// The names of the linked methods, the default one first: Python's get_all_start_methods.
std::vector<std::string> GetAllStartMethods();

// The method of contexts that name none: that of SetStartMethod, else the one that the environment
// variable SOMEOS_START_METHOD names (of which a name that is not linked, and programs with the
// rights of another user, take no notice), else the build's default, which is spawn where it is
// linked. Children have that of their parent.
std::string GetStartMethod();

// Chooses it, once; again with `force`.
//
// kFailedPrecondition (RuntimeError) "context has already been set". kInvalidArgument (ValueError)
// as GetContext.
absl::Status SetStartMethod(absl::string_view name, bool force = false);

namespace internal {
absl::StatusOr<const StartMethod*> FindStartMethod(absl::string_view name);
}  // namespace internal

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PROCESS_START_METHODS_H_
