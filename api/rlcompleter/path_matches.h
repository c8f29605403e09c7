// The names of files, for completion.

#ifndef SOMEOS_API_RLCOMPLETER_PATH_MATCHES_H_
#define SOMEOS_API_RLCOMPLETER_PATH_MATCHES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace someos {

// The paths of files that begin with `text`, sorted, a directory's with a "/" at its end. Those
// whose name begins with "." are there only if that was typed. "~/" at the beginning stands for the
// directory that the environment variable HOME names, and stays "~/". A directory that cannot be
// read is an empty one. Any thread may call it.
std::vector<std::string> PathMatches(absl::string_view text);

}  // namespace someos

#endif  // SOMEOS_API_RLCOMPLETER_PATH_MATCHES_H_
