#include "someos/backends/poll/poll_faults.h"
#include "someos/testing/poller/fault_tests.h"

namespace someos {
namespace {

SOMEOS_FAULT_TESTS(Poll, FaultyPoll);

}  // namespace
}  // namespace someos
