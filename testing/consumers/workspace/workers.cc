#include <iostream>
#include <mutex>
#include <vector>

#include "someos/api/threading.h"

namespace threading = someos::threading;

int main() {
  threading::BoundedSemaphore places(5);  // no more work at once
  threading::Lock lock;
  int done = 0;
  std::vector<threading::Thread> workers;
  for (int i = 0; i < 20; ++i) {
    workers.emplace_back([&] {
      std::scoped_lock place(places);
      std::scoped_lock held(lock);
      ++done;
    });
    absl::Status status = workers.back().Start();
    if (!status.ok()) {
      std::cerr << status << "\n";
      return 1;
    }
  }
  workers.clear();  // joins them
  std::cout << done << " done\n";
}
