#include "someos/backends/thread_pthread/thread_pthread.h"
#include "someos/testing/threading/conformance.h"

namespace someos {
namespace {

SOMEOS_THREAD_CONFORMANCE_TESTS(Pthread, thread_pthread::Threads);

}  // namespace
}  // namespace someos
