// Compares locks between processes with a robust mutex of POSIX, which nobody else wants.
//
//   shared_lock [ROUNDS [CONTENDER]]
//
// Prints, for each contender, nanoseconds of an acquire and a release, and the ratio to the first
// one: the best of the rounds, in which all take turns. With one contender alone, its instructions
// can be counted: valgrind --tool=callgrind shared_lock 1 robust

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "someos/api/multiprocessing/synchronize/shared_lock.h"
#include "someos/api/multiprocessing/synchronize/shared_locks.h"
#include "someos/api/multiprocessing/synchronize/synchronize.h"

namespace someos {
namespace {

using multiprocessing::SharedLock;

constexpr int kOperations = 200'000;

double Now() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Nanoseconds of one acquire and release.
template <typename Acquire, typename Release>
double Time(Acquire acquire, Release release, int operations) {
  const double start = Now();
  for (int i = 0; i < operations; ++i) {
    if (!acquire() || !release()) std::abort();
  }
  return (Now() - start) / operations;
}

template <size_t size>
char* SharedBytes() {
  void* const memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  return static_cast<char*>(memory);
}

double RobustMutex() {
  static pthread_mutex_t* const mutex = [] {
    auto* const made = reinterpret_cast<pthread_mutex_t*>(SharedBytes<4096>());
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(made, &attributes);
    return made;
  }();
  return Time([] { return pthread_mutex_lock(mutex) == 0; },
              [] { return pthread_mutex_unlock(mutex) == 0; }, kOperations);
}

double RawSemaphore() {
  static sem_t* const semaphore = [] {
    auto* const made = reinterpret_cast<sem_t*>(SharedBytes<4096>());
    sem_init(made, /*pshared=*/1, 1);
    return made;
  }();
  return Time([] { return sem_wait(semaphore) == 0; }, [] { return sem_post(semaphore) == 0; },
              kOperations);
}

double Ours(const std::string& mechanism, int operations) {
  auto lock = multiprocessing::CreateSharedLock(
      absl::MakeSpan(SharedBytes<4096>(), multiprocessing::kSharedLockSize), mechanism);
  if (!lock.ok()) std::abort();
  SharedLock& shared = **lock;
  return Time([&] { return shared.Acquire().ok(); }, [&] { return shared.Release().ok(); },
              operations);
}

template <typename Lock>
double Pythons() {
  auto lock = Lock::Create();
  if (!lock.ok()) std::abort();
  return Time([&] { return lock->Acquire().ok(); }, [&] { return lock->Release().ok(); },
              kOperations);
}

struct Contender {
  std::string name;
  std::function<double()> run;
};

void Run(int rounds, const std::string& only) {
  // glibc's mutexes are cheaper while there is one thread.
  std::thread([] {}).join();
  std::vector<Contender> contenders = {
      {"pthread, robust", RobustMutex},
      {"robust", [] { return Ours("robust", kOperations); }},
      {"sem_t", RawSemaphore},
      {"semaphore", [] { return Ours("semaphore", kOperations); }},
      {"multiprocessing::Lock", Pythons<multiprocessing::Lock>},
      {"multiprocessing::RLock", Pythons<multiprocessing::RLock>},
      {"file", [] { return Ours("file", kOperations / 100); }},
  };
  const auto unwanted = [&](const Contender& one) { return !only.empty() && one.name != only; };
  contenders.erase(std::remove_if(contenders.begin(), contenders.end(), unwanted),
                   contenders.end());
  std::vector<double> best(contenders.size(), std::numeric_limits<double>::infinity());
  for (int round = 0; round < rounds; ++round) {
    for (size_t i = 0; i < contenders.size(); ++i) {
      best[i] = std::min(best[i], contenders[i].run());
    }
  }
  for (size_t i = 0; i < contenders.size(); ++i) {
    std::cout << absl::StreamFormat("%-24s %9.1f ns  %6.2f\n", contenders[i].name, best[i],
                                    best[i] / best[0]);
  }
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) {
  someos::Run(argc > 1 ? std::atoi(argv[1]) : 25, argc > 2 ? argv[2] : "");
}
