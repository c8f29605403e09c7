#include "someos/backends/lock_file/file_lock.h"
#include "someos/testing/lock/conformance.h"

namespace someos::multiprocessing {
namespace {

SOMEOS_LOCK_CONFORMANCE_TESTS(File, FileLockBackend);

}  // namespace
}  // namespace someos::multiprocessing
