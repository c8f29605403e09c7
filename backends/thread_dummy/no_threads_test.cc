// A program over thread_dummy has no pthread_create. Without GoogleTest, which may have it.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/base/config.h"
#include "absl/time/time.h"
#include "someos/backends/thread_dummy/thread_dummy.h"

namespace someos {
namespace {

using thread_dummy::Threads;

#if defined(ABSL_HAVE_THREAD_SANITIZER) || defined(ABSL_HAVE_ADDRESS_SANITIZER) || \
    defined(ABSL_HAVE_MEMORY_SANITIZER)
constexpr bool kSanitizer = true;
#else
constexpr bool kSanitizer = false;
#endif

// Uses what would start threads.
bool UsesThreads() {
  int calls = 0;
  Threads::Thread thread([&] { ++calls; });
  Threads::Timer timer(absl::Milliseconds(1), [&] { ++calls; });
  if (!thread.Start().ok() || !thread.Join().ok() || !timer.Start().ok()) return false;
  if (!Threads::StartNewThread([&] { ++calls; }).ok()) return false;
  auto pool = Threads::ThreadPool::Create();
  return pool.ok() && (*pool)->Submit([&] { return ++calls; }).Get().value_or(0) == 4;
}

// Whether the symbol is in this program, also as one that a library is to define.
bool HasSymbol(const std::string& name) {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string program((std::istreambuf_iterator<char>(file)), {});
  return program.find('\0' + name + '\0') != std::string::npos;
}

}  // namespace
}  // namespace someos

int main() {
  if (someos::kSanitizer) {
    std::puts("skipped: the sanitizer has threads");
    return 0;
  }
  if (!someos::UsesThreads()) {
    std::puts("a body was not run");
    return 1;
  }
  const std::string prefix = "pthread_";  // so that the whole name is not in this program
  if (!someos::HasSymbol(prefix + "self")) {
    std::puts("no symbols can be found");
    return 1;
  }
  if (someos::HasSymbol(prefix + "create")) {
    std::puts("the program can start threads");
    return 1;
  }
  return 0;
}
