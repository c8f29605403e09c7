// One end of a connection of multiprocessing.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_CONNECTED_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_CONNECTED_H_

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

class Connected : public Object {
 public:
  static constexpr absl::string_view kKind = "connection";

  explicit Connected(multiprocessing::Connection connection) : connection_(std::move(connection)) {}

  multiprocessing::Connection& connection() { return connection_; }

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override { return absl::StrCat("fd ", descriptor()); }
  int descriptor() const override { return connection_.fileno().value_or(-1); }

 private:
  multiprocessing::Connection connection_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_CONNECTED_H_
