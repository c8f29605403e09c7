#include "someos/backends/thread_stepped/thread_stepped.h"
#include "someos/testing/threading/conformance.h"

namespace someos {
namespace {

SOMEOS_THREAD_CONFORMANCE_TESTS(Stepped, thread_stepped::Threads);

}  // namespace
}  // namespace someos
