// Python's own tests of its threads and locks, run on an extension module that is made of this
// library.

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

TEST(ThreadingModule, PassesPythonsOwnTestsOfLocks) { RunPythonsOwnTests("lock_tests"); }

TEST(ThreadingModule, PassesPythonsOwnTestsOfThreads) { RunPythonsOwnTests("test_threading"); }

TEST(ThreadingModule, PassesPythonsOwnTestsOfPlainThreads) { RunPythonsOwnTests("test_thread"); }

TEST(ThreadingModule, PassesPythonsOwnTestsOfLocals) { RunPythonsOwnTests("test_threading_local"); }

}  // namespace
}  // namespace someos::python
