// Workers that share a few connections, as a Python program would have it; beside each part, that
// program.

#include <algorithm>
#include <iostream>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "someos/api/threading.h"

namespace {

namespace threading = someos::threading;

constexpr int kWorkers = 20;
constexpr int kConnections = 5;

// clang-format off
int Run() {
  threading::BoundedSemaphore places(kConnections);  // places = threading.BoundedSemaphore(5)
  threading::Lock lock;                              // lock = threading.Lock()
  int open = 0;                                      // open = 0
  int most = 0;                                      // most = 0

  const auto work = [&] {                            // def work():
    const std::scoped_lock place(places);            //     with places:
    {
      const std::scoped_lock held(lock);             //         with lock:
      most = std::max(most, ++open);                 //             open += 1; most = max(most, open)
    }
    threading::Event answer;                         //         answer = threading.Event()
    answer.Wait(absl::Milliseconds(1)).IgnoreError();  //       answer.wait(0.001)
    const std::scoped_lock held(lock);               //         with lock:
    --open;                                          //             open -= 1
  };

  std::vector<threading::Thread> workers;            // workers = []
  for (int i = 0; i < kWorkers; ++i) {               // for i in range(20):
    workers.emplace_back(work);                      //     workers.append(threading.Thread(target=work))
    absl::Status status = workers.back().Start();    //     workers[-1].start()
    if (!status.ok()) {
      std::cerr << status << "\n";
      return 1;
    }
  }
  for (threading::Thread& worker : workers) {        // for worker in workers:
    worker.Join().IgnoreError();                     //     worker.join()
  }
  std::cout << kWorkers << " workers, at most "      // print("20 workers, at most %d connections" % most)
            << most << " connections\n";
  return 0;
}
// clang-format on

}  // namespace

int main() { return Run(); }
