// Python's own tests of its select module, run on the extension module that is made of this
// library.

#include <string>

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

class PythonsOwn : public testing::TestWithParam<const char*> {};

TEST_P(PythonsOwn, Tests) { RunPythonsOwnTests(GetParam()); }

INSTANTIATE_TEST_SUITE_P(SelectModule, PythonsOwn,
                         testing::Values("test_select", "test_poll", "test_epoll", "test_selectors",
                                         "test_kqueue"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace someos::python
