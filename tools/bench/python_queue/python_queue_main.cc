// What a value costs that a process puts into a queue and another one gets: Python's Queue and
// SimpleQueue in C++. tools/bench/python_queue/cpython.py prints the same of CPython.
//
//   python_queue [ROUNDS [VALUES]]
//
// Prints microseconds for a value, an int and a str of 64 characters; the best of the rounds.

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <memory>
#include <string>

#include "absl/strings/str_format.h"
#include "someos/api/multiprocessing/queues/queue.h"
#include "someos/api/multiprocessing/queues/simple_queue.h"
#include "someos/api/multiprocessing/value/py_value.h"

namespace someos {
namespace {

using multiprocessing::PyValue;

void Must(bool condition) {
  if (!condition) std::abort();
}

double Now() {
  return std::chrono::duration<double, std::micro>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Microseconds for a value, from `put` in a child to `get` here; `end` is the child's last call.
template <typename Queue, typename End>
double Time(Queue& queue, const PyValue& value, int values, End end) {
  const double start = Now();
  const pid_t child = fork();
  Must(child >= 0);
  if (child == 0) {
    for (int i = 0; i < values; ++i) Must(queue.Put(value).ok());
    end();
    _exit(0);
  }
  for (int i = 0; i < values; ++i) Must(queue.Get().ok());
  const double time = (Now() - start) / values;
  Must(waitpid(child, nullptr, 0) == child);
  return time;
}

double TimeQueue(const PyValue& value, int values) {
  const std::unique_ptr<multiprocessing::Queue> queue = *multiprocessing::Queue::Create();
  return Time(*queue, value, values, [&] {
    queue->Close();
    Must(queue->JoinThread().ok());
  });
}

double TimeSimpleQueue(const PyValue& value, int values) {
  multiprocessing::SimpleQueue queue = *multiprocessing::SimpleQueue::Create();
  return Time(queue, value, values, [] {});
}

template <typename Run>
void Print(const std::string& name, int rounds, Run run) {
  double best = std::numeric_limits<double>::infinity();
  for (int round = 0; round < rounds; ++round) best = std::min(best, run());
  std::cout << absl::StreamFormat("%-24s %7.2f us\n", name, best);
}

void Run(int rounds, int values) {
  const PyValue number(12345);
  const PyValue text = PyValue::Str(std::string(64, 'x'));
  Print("Queue, int", rounds, [&] { return TimeQueue(number, values); });
  Print("Queue, str", rounds, [&] { return TimeQueue(text, values); });
  Print("SimpleQueue, int", rounds, [&] { return TimeSimpleQueue(number, values); });
  Print("SimpleQueue, str", rounds, [&] { return TimeSimpleQueue(text, values); });
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) {
  someos::Run(argc > 1 ? std::atoi(argv[1]) : 10, argc > 2 ? std::atoi(argv[2]) : 20'000);
}
