// Measures contenders in turns.

#ifndef SOMEOS_TOOLS_BENCH_THREADING_COMPARE_H_
#define SOMEOS_TOOLS_BENCH_THREADING_COMPARE_H_

#include <string>
#include <vector>

namespace someos {

// Nanoseconds on the monotonic clock.
double Now();

struct Contender {
  std::string name;
  double (*run)();  // returns the nanoseconds of an operation
};

// What is to be run: `rounds` of what has `title_part` in its title, of one contender or, if that
// is empty, of all.
struct Choice {
  int rounds = 9;
  std::string title_part;
  std::string contender;
};

// Of the arguments of main: [ROUNDS [PART OF A TITLE [CONTENDER]]].
Choice ParseChoice(int argc, char** argv);

// Prints, for each chosen contender, the nanoseconds of an operation, the best of the rounds, in
// which all take turns, and the ratio to the first one.
void Compare(const Choice& choice, const std::string& title, std::vector<Contender> contenders);

}  // namespace someos

#endif  // SOMEOS_TOOLS_BENCH_THREADING_COMPARE_H_
