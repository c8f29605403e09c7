// What a person has opened in the shell, and named.

#ifndef SOMEOS_TOOLS_SHELL_SESSION_OBJECT_H_
#define SOMEOS_TOOLS_SHELL_SESSION_OBJECT_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing.h"

namespace someos::shell {

// Each class that derives from it has a constant kKind, which kind() returns. The destructor closes
// what the object holds.
class Object {
 public:
  virtual ~Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;

  // "stream", "poller".
  virtual absl::string_view kind() const = 0;
  // For a list of all objects: "the reading end of a pipe, fd 5".
  virtual std::string Describe() const = 0;
  // What pollers can watch; -1 if there is nothing.
  virtual int descriptor() const { return -1; }
  // Where others connect to, if they can.
  virtual std::optional<multiprocessing::Address> address() const { return std::nullopt; }

 protected:
  Object() = default;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_SESSION_OBJECT_H_
