// Python's own tests of its mmap module, run on the extension module that is made of this library.

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

TEST(MmapModule, PassesPythonsOwnTests) { RunPythonsOwnTests("test_mmap"); }

}  // namespace
}  // namespace someos::python
