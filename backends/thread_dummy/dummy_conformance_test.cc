#include "someos/backends/thread_dummy/thread_dummy.h"
#include "someos/testing/threading/conformance.h"

namespace someos {
namespace {

SOMEOS_THREAD_CONFORMANCE_TESTS(Dummy, thread_dummy::Threads);

}  // namespace
}  // namespace someos
