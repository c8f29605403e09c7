// Compares the start of a program as a child with posix_spawn(3) and with fork(2) and exec(3), and
// the start methods whose children are copies of this program with each other, from a parent with
// little memory and from one with much.
//
//   process [ROUNDS [MIB]]
//
// Prints, for each contender, the microseconds of a start and the wait for its end, of /bin/true
// or, for the start methods, of a copy of this program that ends at once: with nothing resident,
// with MIB (512) resident, and the ratio of the two. Each is the best of the rounds, in which all
// take turns.

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "someos/backends/process_base/start_method.h"
#include "someos/backends/process_forkserver/forkserver_method.h"
#include "someos/backends/process_spawn/spawn_method.h"
#include "someos/backends/process_spawn/spawn_program.h"

extern char** environ;

namespace someos {
namespace {

constexpr char kProgram[] = "/bin/true";
constexpr int kStarts = 20;

void AwaitChild(pid_t pid) {
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || status != 0) std::abort();
}

void Ours() {
  multiprocessing::ProgramOptions options;
  options.path = kProgram;
  auto child = multiprocessing::SpawnProgram(options);
  if (!child.ok() || !(*child)->Wait().ok()) std::abort();
}

void PosixSpawn() {
  std::array<char*, 2> arguments = {const_cast<char*>(kProgram), nullptr};
  pid_t pid = 0;
  if (posix_spawn(&pid, kProgram, nullptr, nullptr, arguments.data(), environ) != 0) std::abort();
  AwaitChild(pid);
}

void ForkAndExec() {
  const pid_t pid = fork();
  if (pid < 0) std::abort();
  if (pid == 0) {
    execl(kProgram, kProgram, nullptr);
    _exit(1);
  }
  AwaitChild(pid);
}

template <const multiprocessing::StartMethod& (*kMethod)()>
void Copy() {
  multiprocessing::StartTask task;
  task.program = "process";
  auto started = kMethod().start(std::move(task));
  if (!started.ok() || !started->child->Wait().ok()) std::abort();
}

// Whether this is a copy of the program, or the server of copies, that has done what it is for.
template <const multiprocessing::StartMethod& (*kMethod)()>
bool WasCopy(int argc, char** argv) {
  if (argc < 2 || argv[1] != kMethod().argument) return false;
  (void)kMethod().begin(1);
  return true;
}

double Microseconds(void (*start)()) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kStarts; ++i) start();
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  return took.count() / kStarts;
}

struct Contender {
  const char* name;
  void (*start)();
  double bare = std::numeric_limits<double>::infinity();
  double resident = std::numeric_limits<double>::infinity();
};

void Run(int rounds, size_t mib) {
  std::array<Contender, 5> contenders = {
      {{"posix_spawn", PosixSpawn},
       {"SpawnProgram", Ours},
       {"fork, exec", ForkAndExec},
       {"spawn", Copy<multiprocessing::SpawnStartMethod>},
       {"forkserver", Copy<multiprocessing::ForkserverStartMethod>}}};
  const size_t size = mib << 20;
  for (int round = 0; round < rounds; ++round) {
    for (Contender& one : contenders) one.bare = std::min(one.bare, Microseconds(one.start));
    const std::unique_ptr<char[]> memory(new char[size]);
    std::memset(memory.get(), round + 1, size);
    for (Contender& one : contenders) {
      one.resident = std::min(one.resident, Microseconds(one.start));
    }
    if (memory[size - 1] != static_cast<char>(round + 1)) std::abort();  // it is needed
  }
  for (const Contender& one : contenders) {
    std::cout << absl::StreamFormat("%-14s %8.0f us  %4d MiB resident %8.0f us  %5.2f\n", one.name,
                                    one.bare, mib, one.resident, one.resident / one.bare);
  }
}

}  // namespace
}  // namespace someos

int main(int argc, char** argv) {
  using someos::multiprocessing::ForkserverStartMethod;
  using someos::multiprocessing::SpawnStartMethod;
  if (someos::WasCopy<SpawnStartMethod>(argc, argv)) return 0;
  if (someos::WasCopy<ForkserverStartMethod>(argc, argv)) return 0;
  someos::Run(argc > 1 ? std::atoi(argv[1]) : 9, argc > 2 ? std::atoi(argv[2]) : 512);
}
