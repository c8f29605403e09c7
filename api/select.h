// The facade: what a user includes. Which backends are behind it is decided by the build (see
// //platforms); what they are can be asked here.

#ifndef SOMEOS_API_SELECT_H_
#define SOMEOS_API_SELECT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"

namespace someos {

// The environment variable that picks among the linked backends at run time.
inline constexpr char kPollerVariable[] = "SOMEOS_POLLER";

// The backends linked into this program, the build's default first.
absl::Span<const Backend* const> LinkedBackends();

// The linked backend of this name.
//
// kNotFound for a name that is not linked or not known; the message lists the linked ones.
absl::StatusOr<const Backend*> FindBackend(absl::string_view name);

// Why DefaultBackend() would choose what it chooses.
enum class DefaultReason {
  kBuild,        // the platform's first choice, or the only one linked
  kEnvironment,  // SOMEOS_POLLER named it
};

struct DefaultChoice {
  const Backend* backend;
  DefaultReason reason;
};

// The backend that NewPoller() uses: the one that SOMEOS_POLLER names, else the build's default.
//
// kNotFound as FindBackend, the message naming the variable.
absl::StatusOr<DefaultChoice> DefaultBackend();

// Makes a Poller of the default backend.
absl::StatusOr<std::unique_ptr<Poller>> NewPoller(const PollerOptions& options = {});

// Makes a Poller of the named linked backend; an empty name means the default.
absl::StatusOr<std::unique_ptr<Poller>> NewPoller(absl::string_view name,
                                                  const PollerOptions& options = {});

}  // namespace someos

#endif  // SOMEOS_API_SELECT_H_
