// Python's own tests of its dummies, run on an extension module that is made of this library's.

#include "gtest/gtest.h"
#include "someos/testing/python/pythons_own_tests.h"

namespace someos::python {
namespace {

TEST(DummyThreadingModule, PassesPythonsOwnTestsOfDummyThread) {
  RunPythonsOwnTests("test_dummy_thread");
}

TEST(DummyThreadingModule, PassesPythonsOwnTestsOfDummyThreading) {
  RunPythonsOwnTests("test_dummy_threading");
}

}  // namespace
}  // namespace someos::python
