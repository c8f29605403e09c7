#include "someos/backends/epoll/epoll_poller.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

SOMEOS_CONFORMANCE_TESTS(Epoll, EpollBackend);

}  // namespace
}  // namespace someos
