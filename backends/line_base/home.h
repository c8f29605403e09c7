// Paths as people write them.

#ifndef SOMEOS_BACKENDS_LINE_BASE_HOME_H_
#define SOMEOS_BACKENDS_LINE_BASE_HOME_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "someos/backends/base/trusted_environment.h"

namespace someos::line_base {

// The path, where "~/" at its beginning is the directory that the environment variable HOME names.
// As it is if there is none.
inline std::string AtHome(const std::string& path) {
  const char* const home = base::TrustedEnvironment("HOME");
  if (!absl::StartsWith(path, "~/") || home == nullptr) return path;
  return absl::StrCat(home, path.substr(1));
}

}  // namespace someos::line_base

#endif  // SOMEOS_BACKENDS_LINE_BASE_HOME_H_
