// The variables of this process's environment.

#ifndef SOMEOS_TESTING_ENVIRONMENT_H_
#define SOMEOS_TESTING_ENVIRONMENT_H_

#include <stdlib.h>

#include <string>

namespace someos {

// An empty value is, on Windows, no variable.
inline void SetVariable(const char* name, const std::string& value) {
#ifdef _WIN32
  _putenv_s(name, value.c_str());
#else
  setenv(name, value.c_str(), /*overwrite=*/1);
#endif
}

inline void UnsetVariable(const char* name) {
#ifdef _WIN32
  _putenv_s(name, "");
#else
  unsetenv(name);
#endif
}

}  // namespace someos

#endif  // SOMEOS_TESTING_ENVIRONMENT_H_
