#include "someos/backends/epoll/epoll_faults.h"
#include "someos/testing/poller/fault_tests.h"

namespace someos {
namespace {

SOMEOS_FAULT_TESTS(Epoll, FaultyEpoll);

}  // namespace
}  // namespace someos
