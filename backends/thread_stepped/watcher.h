// A test framework that is to hear of what happens in a body.

#ifndef SOMEOS_BACKENDS_THREAD_STEPPED_WATCHER_H_
#define SOMEOS_BACKENDS_THREAD_STEPPED_WATCHER_H_

#include <memory>

namespace someos::thread_stepped {

// Exists while Explore or Replay runs. What the framework counts as a failure meanwhile is given to
// Fail.
class Watcher {
 public:
  Watcher() = default;
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  virtual ~Watcher() = default;
};

// Before the first Explore. There is one framework at most.
void SetWatcher(std::unique_ptr<Watcher> (*make)());

}  // namespace someos::thread_stepped

#endif  // SOMEOS_BACKENDS_THREAD_STEPPED_WATCHER_H_
