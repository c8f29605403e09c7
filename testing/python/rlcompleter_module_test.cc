// Python's own tests of its rlcompleter, run on the library's.

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

TEST(RlcompleterModule, PassesPythonsOwnTests) { RunPythonsOwnTests("test_rlcompleter"); }

}  // namespace
}  // namespace someos::python
