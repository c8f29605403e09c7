#include "someos/testing/poller/soak/forker.h"

#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "someos/api/diagnostics.h"
#include "someos/api/errno_status.h"
#include "someos/api/event.h"
#include "someos/api/interest.h"
#include "someos/api/poller.h"
#include "someos/testing/poller/soak/shared.h"
#include "someos/testing/system_call.h"

namespace someos::soak {
namespace {

constexpr unsigned kChildSeconds = 60;
constexpr int kWrong = 1;
constexpr int kRefused = 2;  // the system had no room

constexpr uint64_t kChildsData = 0xc411d;

// Waits until the event with kChildsData comes. Other events must be of registrations that there
// are.
std::string WaitForOwnEvent(Poller& poller) {
  std::unordered_map<int, uint64_t> registered;
  for (const Registration& registration : poller.registrations()) {
    registered[registration.fd] = registration.data;
  }
  Event events[64];
  for (int waits = 0; waits < 10'000; ++waits) {
    const absl::StatusOr<size_t> count = poller.Wait(events, absl::Seconds(10));
    if (!count.ok()) return absl::StrCat("wait: ", count.status().ToString());
    if (*count == 0) return "its event is lost";
    for (const Event& event : absl::MakeSpan(events).first(*count)) {
      const auto found = registered.find(event.fd);
      if (found == registered.end() || found->second != event.data) {
        return absl::StrCat("an event of no registration: ", event);
      }
      if (event.data == kChildsData) return "";
    }
  }
  return "its event does not come among the others";
}

// What a child does; its exit code.
int UseRebuilt(Poller& poller) {
  const absl::Status refused = poller.Wake();
  std::string complaint;
  if (!absl::IsFailedPrecondition(refused)) complaint = "a call before the rebuild is not refused";
  const absl::Status rebuilt = poller.RebuildAfterFork();
  int ends[2];
  if (IsRefusal(ErrnoOf(rebuilt)) || pipe(ends) != 0) return kRefused;
  if (!rebuilt.ok()) {
    complaint = absl::StrCat("rebuild: ", rebuilt.ToString());
  } else if (const absl::Status added = poller.Register(ends[0], Interest::kReadable, kChildsData);
             !added.ok()) {
    if (IsRefusal(ErrnoOf(added)) || absl::IsOutOfRange(added)) return kRefused;
    complaint = absl::StrCat("register: ", added.ToString());
  } else {
    MustSucceed(write(ends[1], "x", 1), "write");
    if (complaint.empty()) complaint = WaitForOwnEvent(poller);
  }
  if (complaint.empty()) return 0;
  std::cerr << "in a forked child: " << complaint << std::endl;
  return kWrong;
}

}  // namespace

void Forker::Run(const std::atomic<bool>& stop) {
  while (!stop.load()) {
    const bool rebuilds = random_() % 2 == 0 && shared_.children_rebuild;
    pid_t child;
    {
      absl::MutexLock gate(shared_.gate);
      child = fork();
      if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(kChildSeconds);
        _exit(rebuilds ? UseRebuilt(*shared_.poller) : 0);
      }
    }
    if (child < 0) {
      shared_.ledger.refusals.fetch_add(1);
    } else {
      AwaitChild(child, rebuilds);
    }
    absl::SleepFor(absl::Milliseconds(20 + random_() % 100));
  }
}

void Forker::AwaitChild(pid_t child, bool rebuilds) {
  int result = 0;
  while (waitpid(child, &result, 0) < 0) {
    if (errno != EINTR) MustSucceed(-1, "waitpid");
  }
  shared_.ledger.forks.fetch_add(1);
  if (WIFEXITED(result) && WEXITSTATUS(result) == 0) {
    shared_.ledger.rebuilds.fetch_add(rebuilds ? 1 : 0);
  } else if (WIFEXITED(result) && WEXITSTATUS(result) == kRefused) {
    shared_.ledger.refusals.fetch_add(1);
  } else if (WIFSIGNALED(result)) {
    shared_.ledger.Complain(absl::StrCat("a forked child ",
                                         WTERMSIG(result) == SIGALRM ? "hung" : "died", ", signal ",
                                         WTERMSIG(result)));
  } else {
    shared_.ledger.Complain("a forked child complained");
  }
}

}  // namespace someos::soak
