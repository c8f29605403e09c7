#include "someos/backends/kqueue/kqueue_poller.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

SOMEOS_CONFORMANCE_TESTS(Kqueue, KqueueBackend);

}  // namespace
}  // namespace someos
