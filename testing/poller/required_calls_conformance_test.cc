// The contract where a poller makes required system calls only: what it does without the others
// must not break a promise. (That it does without them is for system_calls_test to say.)

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "someos/api/backend.h"
#include "someos/api/poller.h"
#include "someos/testing/poller/all_backends.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

const Backend& Named(absl::string_view name) {
  for (const Backend* backend : AllBackends()) {
    if (backend->name == name) return *backend;
  }
  return *AllBackends().front();
}

const Backend& Select() { return Named("select"); }
const Backend& Poll() { return Named("poll"); }
const Backend& Epoll() { return Named("epoll"); }

template <const Backend& (*kBackend)()>
absl::StatusOr<std::unique_ptr<Poller>> CreateFrugal(const PollerOptions& options) {
  PollerOptions frugal = options;
  frugal.required_system_calls_only = true;
  return kBackend().create(frugal);
}

template <const Backend& (*kBackend)()>
const Backend& Frugal() {
  // "digests": see reuse_look_alikes.cc.
  static const Backend backend = {kBackend().name,
                                  kBackend().name == "epoll"
                                      ? "required system calls only"
                                      : "required system calls only, files by digests",
                                  CreateFrugal<kBackend>, kBackend().limits};
  return backend;
}

SOMEOS_CONFORMANCE_TESTS(Select, Frugal<Select>);
SOMEOS_CONFORMANCE_TESTS(Poll, Frugal<Poll>);
SOMEOS_CONFORMANCE_TESTS(Epoll, Frugal<Epoll>);

}  // namespace
}  // namespace someos
