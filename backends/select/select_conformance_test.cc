#include "someos/backends/select/select_backend.h"
#include "someos/testing/poller/conformance.h"

namespace someos {
namespace {

SOMEOS_CONFORMANCE_TESTS(Select, SelectBackend);

}  // namespace
}  // namespace someos
