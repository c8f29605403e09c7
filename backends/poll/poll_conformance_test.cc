#include "someos/backends/poll/poll_poller.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

SOMEOS_CONFORMANCE_TESTS(Poll, PollBackend);

}  // namespace
}  // namespace someos
