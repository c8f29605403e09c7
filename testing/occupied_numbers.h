// A process whose low descriptor numbers are taken.

#ifndef SOMEOS_TESTING_OCCUPIED_NUMBERS_H_
#define SOMEOS_TESTING_OCCUPIED_NUMBERS_H_

#include <fcntl.h>

#include <utility>
#include <vector>

#include "someos/testing/scoped_fd.h"
#include "someos/testing/system_call.h"

namespace someos {

// While it lives, no number below `end` is free: what is opened meanwhile gets `end` or a higher
// one. RLIMIT_NOFILE must be above `end`.
class OccupiedNumbers {
 public:
  explicit OccupiedNumbers(int end) {
    while (true) {
      // The kernel gives out the lowest number that is free.
      ScopedFd lowest(MustSucceed(open("/dev/null", O_RDONLY | O_CLOEXEC), "open"));
      if (lowest.get() >= end) break;
      taken_.push_back(std::move(lowest));
    }
  }
  OccupiedNumbers(const OccupiedNumbers&) = delete;
  OccupiedNumbers& operator=(const OccupiedNumbers&) = delete;

 private:
  std::vector<ScopedFd> taken_;
};

}  // namespace someos

#endif  // SOMEOS_TESTING_OCCUPIED_NUMBERS_H_
