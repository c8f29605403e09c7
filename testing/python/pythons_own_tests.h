// Python's own tests of a module, run on an extension module that is made of this library.

#ifndef SOMEOS_TESTING_PYTHON_PYTHONS_OWN_TESTS_H_
#define SOMEOS_TESTING_PYTHON_PYTHONS_OWN_TESTS_H_

#include <string>

namespace someos::python {

// Runs test.`name` of each Python that python_module_tests (extension.bzl) has built the module
// for, and fails the running test with what it prints if it fails. Skips where there is none, or
// none has the test.
void RunPythonsOwnTests(const std::string& name);

}  // namespace someos::python

#endif  // SOMEOS_TESTING_PYTHON_PYTHONS_OWN_TESTS_H_
