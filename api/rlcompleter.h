// Python's rlcompleter: completion of names. api/readline/README.md maps Python's names to the
// C++ names. Abseil's flags are in //api/rlcompleter:flag_names, which alone depends on them.

#ifndef SOMEOS_API_RLCOMPLETER_H_
#define SOMEOS_API_RLCOMPLETER_H_

#include "someos/api/rlcompleter/command_tree.h"
#include "someos/api/rlcompleter/completer.h"
#include "someos/api/rlcompleter/enum_names.h"
#include "someos/api/rlcompleter/name_registry.h"
#include "someos/api/rlcompleter/path_matches.h"

#endif  // SOMEOS_API_RLCOMPLETER_H_
