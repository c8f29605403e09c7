// Abseil's flags, for completion. A target of its own: nothing else here needs them.

#ifndef SOMEOS_API_RLCOMPLETER_FLAG_NAMES_H_
#define SOMEOS_API_RLCOMPLETER_FLAG_NAMES_H_

#include <vector>

#include "someos/api/rlcompleter/name_registry.h"

namespace someos {

// The flags of this program, sorted: "--port=", and of a bool "--verbose" and "--noverbose".
// Retired ones are not there. Any thread may call it.
std::vector<Name> FlagNames();

}  // namespace someos

#endif  // SOMEOS_API_RLCOMPLETER_FLAG_NAMES_H_
