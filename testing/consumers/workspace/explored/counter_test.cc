// Two threads count at the same time, in all orders: no number comes twice.

#include "explored/counter.h"

#include <iostream>

#include "someos/api/threading.h"
#include "someos/api/threads_testing.h"

namespace threading = someos::threading;
namespace threads_testing = someos::threads_testing;

namespace {

void NoNumberComesTwice(int (Counter::*add)()) {
  Counter counter;
  int numbers[2] = {};
  {
    threading::Thread one([&] { numbers[0] = (counter.*add)(); });
    threading::Thread two([&] { numbers[1] = (counter.*add)(); });
    threads_testing::Check(one.Start().ok() && two.Start().ok(), "not started");
  }
  threads_testing::Check(numbers[0] != numbers[1], "a number came twice");
}

bool IsRight(int (Counter::*add)()) {
  return threads_testing::Explore([add] { NoNumberComesTwice(add); }).ok();
}

}  // namespace

int main() {
  const bool good = IsRight(&Counter::Add);
  const bool bug_is_found = !IsRight(&Counter::AddInTwoSteps);
  std::cout << (good && bug_is_found ? "explored" : "failed") << "\n";
  return good && bug_is_found ? 0 : 1;
}
