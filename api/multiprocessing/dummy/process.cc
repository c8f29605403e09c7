#include "someos/api/multiprocessing/dummy/process.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/api/threading.h"

namespace someos::multiprocessing::dummy {
namespace {

using Children = std::vector<threading::ThreadRef>;

// Of the calling thread, which alone reads and changes them, without those that have ended.
Children& OwnChildren() {
  static auto& children = *new threading::Local<Children>;
  Children& own = *children;
  own.erase(std::remove_if(own.begin(), own.end(),
                           [](const threading::ThreadRef& child) { return !child.is_alive(); }),
            own.end());
  return own;
}

}  // namespace

Process::Process(absl::AnyInvocable<void() &&> body, threading::ThreadOptions options)
    : Thread(std::move(body), std::move(options)), parent_(threading::CurrentThread()) {}

absl::Status Process::Start() {
  const threading::ThreadRef current = threading::CurrentThread();
  if (parent_ != current) {
    return PlainStatus(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("Parent is '", parent_.name(), "' but current_process is '",
                                    current.name(), "'"));
  }
  absl::Status status = Thread::Start();
  if (status.ok()) OwnChildren().push_back(*this);
  return status;
}

std::optional<int> Process::exitcode() const {
  if (!ident().has_value() || is_alive()) return std::nullopt;
  return 0;
}

std::vector<threading::ThreadRef> ActiveChildren() { return OwnChildren(); }

}  // namespace someos::multiprocessing::dummy
