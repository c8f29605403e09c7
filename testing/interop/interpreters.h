// The Python interpreters that are here, for tests that exchange data with them.

#ifndef SOMEOS_TESTING_INTEROP_INTERPRETERS_H_
#define SOMEOS_TESTING_INTEROP_INTERPRETERS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

struct Interpreter {
  int major;             // 3
  int minor;             // 13
  std::string version;   // "3.13.0"
  std::string language;  // "3.13"
  std::string path;      // of the program
  std::string command;   // the same as a word of sh(1)

  bool is_python2() const { return major == 2; }
  bool AtLeast(int other_major, int other_minor) const {
    return major != other_major ? major > other_major : minor >= other_minor;
  }
};

// One for each version of the language, the oldest first: those that the repository rule of
// interpreters.bzl has found. None where the tests are built for another machine.
const std::vector<Interpreter>& Interpreters();

// The interpreter of this version at another path.
Interpreter At(const Interpreter& interpreter, absl::string_view path);

// What the interpreter prints to its standard output and error output, as UTF-8, when it is called
// with `arguments`, words of sh(1); "failed: " before it if the exit code is not 0.
std::string PythonPrints(const Interpreter& interpreter, absl::string_view arguments);

}  // namespace someos

#endif  // SOMEOS_TESTING_INTEROP_INTERPRETERS_H_
