// Python's rlcompleter.Completer over a NameRegistry.

#ifndef SOMEOS_API_RLCOMPLETER_COMPLETER_H_
#define SOMEOS_API_RLCOMPLETER_COMPLETER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/strings/string_view.h"
#include "someos/api/rlcompleter/name_registry.h"

namespace someos::rlcompleter {

// One thread at a time may use it.
class Completer {
 public:
  // The registry must outlive it.
  explicit Completer(const NameRegistry& registry ABSL_ATTRIBUTE_LIFETIME_BOUND)
      : registry_(registry) {}

  // The match number `state` for `text`, from 0 on; nullopt behind the last one, and for a negative
  // number. The matches are found when `state` is 0, and used until it is 0 again, whatever `text`
  // is then. For blanks alone, a tab: the key that completes then indents.
  std::optional<std::string> Complete(absl::string_view text, int state);

 private:
  const NameRegistry& registry_;
  std::vector<std::string> matches_;
};

}  // namespace someos::rlcompleter

#endif  // SOMEOS_API_RLCOMPLETER_COMPLETER_H_
