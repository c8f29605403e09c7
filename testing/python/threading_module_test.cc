// Python's own tests of its locks, run on an extension module that is made of this library.

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

TEST(ThreadingModule, PassesPythonsOwnTestsOfLocks) { RunPythonsOwnTests("lock_tests"); }

}  // namespace
}  // namespace someos::python
