// Words as Python's values.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_VALUE_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_VALUE_H_

#include <string>
#include <utility>
#include <vector>

#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/session/command.h"
#include "someos/tools/shell/session/words.h"

namespace someos::shell {

// None, True, False, an int of any size or a float; any other word, and what is quoted, is a str.
multiprocessing::PyValue ValueOf(const Word& word);

// The arguments of a call: values, and "name=value" for keyword arguments, where the value is all
// that follows the first "=". A quoted word is no keyword argument.
struct CallArguments {
  std::vector<multiprocessing::PyValue> positional;
  std::vector<std::pair<std::string, multiprocessing::PyValue>> keywords;
};
CallArguments CallArgumentsOf(Arguments words);

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_VALUE_H_
