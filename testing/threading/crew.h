// Threads of a scenario.

#ifndef SOMEOS_TESTING_THREADING_CREW_H_
#define SOMEOS_TESTING_THREADING_CREW_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <thread>

#include "absl/functional/any_invocable.h"

namespace someos {

// Threads that run functions, and are joined at the end of the scope at the latest.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() { Join(); }

  void Run(absl::AnyInvocable<void()> function);
  // The same in `count` threads.
  void RunInEach(int count, const std::function<void()>& function);
  // Returns when all threads have ended, or the functions of all that have not are asleep in the
  // kernel. (Where the system does not tell, after a while.)
  void AwaitAsleep();
  void Join();

 private:
  struct Member {
    std::atomic<int64_t> id{0};  // the kernel's number of a thread that runs; otherwise 0
    std::thread thread;
  };

  std::list<Member> members_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_THREADING_CREW_H_
