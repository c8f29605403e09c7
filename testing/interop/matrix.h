// Which interpreters a test has exchanged data with, in which roles.

#ifndef SOMEOS_TESTING_INTEROP_MATRIX_H_
#define SOMEOS_TESTING_INTEROP_MATRIX_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "someos/testing/interop/interpreters.h"

namespace someos {

// A matrix of Interpreters() and roles, for a test to print at its end. .ci/run interop reads what
// is printed, and fails if a pair is missing.
//
//   Matrix matrix("connection", {"listener", "client"});
//   for (const Interpreter& interpreter : Interpreters()) {
//     ...
//     matrix.Ran(interpreter, "client");
//   }
//   matrix.Print();
class Matrix {
 public:
  // `subject` is a word; so is each role: what the interpreter is.
  Matrix(std::string subject, std::vector<std::string> roles);

  // The pair is tested.
  void Ran(const Interpreter& interpreter, const std::string& role);

  // There is no such pair, because of a property of the interpreter: "2.7 has no protocol 4".
  void Impossible(const Interpreter& interpreter, const std::string& role, std::string reason);

  // A line per interpreter, the reasons, and the size:
  //
  //   interop connection  listener  client
  //   interop 2.7.18      ran       ran
  //   interop connection: 2 of 2 pairs (1 interpreters x 2 roles)
  std::string Text() const;

  // The same, to the standard output.
  void Print() const;

  // The pairs that were tested, and those that are possible.
  size_t ran() const;
  size_t possible() const;

 private:
  using Pair = std::pair<std::string, std::string>;  // version of the language and role

  std::string Cell(const Interpreter& interpreter, const std::string& role) const;

  const std::string subject_;
  const std::vector<std::string> roles_;
  std::map<Pair, std::string> pairs_;  // empty: it ran; otherwise why it is impossible
};

}  // namespace someos

#endif  // SOMEOS_TESTING_INTEROP_MATRIX_H_
