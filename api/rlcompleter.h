// Python's rlcompleter: completion of names. api/rlcompleter/README.md maps Python's names to the
// C++ names. Abseil's flags are in //api/rlcompleter:flag_names, which alone depends on them.

#ifndef SOMEOS_API_RLCOMPLETER_H_
#define SOMEOS_API_RLCOMPLETER_H_

#include "someos/api/rlcompleter/command_tree.h"   // IWYU pragma: export
#include "someos/api/rlcompleter/completer.h"      // IWYU pragma: export
#include "someos/api/rlcompleter/enum_names.h"     // IWYU pragma: export
#include "someos/api/rlcompleter/name_registry.h"  // IWYU pragma: export
#include "someos/api/rlcompleter/path_matches.h"   // IWYU pragma: export

#endif  // SOMEOS_API_RLCOMPLETER_H_
