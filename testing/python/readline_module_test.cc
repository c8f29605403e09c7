// Python's own tests of its readline module, run on the extension module that is made of this
// library.

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

TEST(ReadlineModule, PassesPythonsOwnTests) { RunPythonsOwnTests("test_readline"); }

}  // namespace
}  // namespace someos::python
