// What interpreters have pickled. For tests of this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_RECORDED_PICKLES_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_RECORDED_PICKLES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos::multiprocessing {

struct RecordedPickle {
  std::string who;  // "2.7/0,3.6/0"
  std::string pickle;
  std::string text;  // the value in Python
};

// Of a file in `recorded`.
std::vector<RecordedPickle> ReadRecorded(const std::string& path);

std::string BytesOfHex(absl::string_view hex);

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_RECORDED_PICKLES_H_
