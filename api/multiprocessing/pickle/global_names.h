// The names of modules, classes and functions that Python 2 and Python 3 call differently. Private
// to this package.

#ifndef SOMEOS_API_MULTIPROCESSING_PICKLE_GLOBAL_NAMES_H_
#define SOMEOS_API_MULTIPROCESSING_PICKLE_GLOBAL_NAMES_H_

#include "absl/strings/string_view.h"

namespace someos::multiprocessing::internal {

struct GlobalName {
  absl::string_view module;
  absl::string_view name;
};

// As Python 3's pickle translates protocols 0 to 2 (its fix_imports), for the globals that pickles
// of data contain; others keep their names.
GlobalName Python3Name(const GlobalName& python2);
GlobalName Python2Name(const GlobalName& python3);

}  // namespace someos::multiprocessing::internal

#endif  // SOMEOS_API_MULTIPROCESSING_PICKLE_GLOBAL_NAMES_H_
