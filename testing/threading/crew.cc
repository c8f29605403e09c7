#include "someos/testing/threading/crew.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace someos {
namespace {

#ifdef __linux__
int64_t ThreadId() { return syscall(SYS_gettid); }

bool IsAsleep(int64_t id) {
  std::ifstream file(absl::StrCat("/proc/self/task/", id, "/stat"));
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  return name_end != std::string::npos && line.compare(name_end, 3, ") S") == 0;
}
#else
int64_t ThreadId() { return 1; }

bool IsAsleep(int64_t /*id*/) {
  absl::SleepFor(absl::Milliseconds(20));
  return true;
}
#endif

}  // namespace

void Crew::Run(absl::AnyInvocable<void()> function) {
  Member& member = members_.emplace_back();
  std::atomic<bool> started{false};
  member.thread = std::thread([&, function = std::move(function)]() mutable {
    member.id = ThreadId();
    started = true;
    function();
    member.id = 0;
  });
  while (!started) std::this_thread::yield();
}

void Crew::RunInEach(int count, const std::function<void()>& function) {
  for (int i = 0; i < count; ++i) Run(function);
}

// A thread that is asleep because another one, which runs, has a lock will run when that has ended:
// they are looked at until nothing changes any more.
void Crew::AwaitAsleep() {
  std::vector<bool> ended_before;
  while (true) {
    bool ran = false;
    std::vector<bool> ended;
    for (const Member& member : members_) {
      int64_t id = member.id;
      while (id != 0 && !IsAsleep(id)) {
        ran = true;
        std::this_thread::yield();
        id = member.id;
      }
      ended.push_back(id == 0);
    }
    if (!ran && ended == ended_before) return;
    ended_before = std::move(ended);
  }
}

void Crew::Join() {
  for (Member& member : members_) member.thread.join();
  members_.clear();
}

}  // namespace someos
