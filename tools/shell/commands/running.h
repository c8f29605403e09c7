// A program that the shell has started.

#ifndef SOMEOS_TOOLS_SHELL_COMMANDS_RUNNING_H_
#define SOMEOS_TOOLS_SHELL_COMMANDS_RUNNING_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "someos/backends/process_base/child.h"
#include "someos/tools/shell/session/object.h"

namespace someos::shell {

// Readable, for a poller, when it has ended. To close it ends nothing.
class Running : public Object {
 public:
  static constexpr absl::string_view kKind = "process";

  Running(std::unique_ptr<multiprocessing::Child> child, absl::string_view program)
      : child_(std::move(child)), program_(program) {}

  multiprocessing::Child& child() const { return *child_; }

  absl::string_view kind() const override { return kKind; }
  std::string Describe() const override {
    return absl::StrCat(program_, ", process ", child_->pid());
  }
  int descriptor() const override { return child_->sentinel(); }

 private:
  const std::unique_ptr<multiprocessing::Child> child_;
  const std::string program_;
};

}  // namespace someos::shell

#endif  // SOMEOS_TOOLS_SHELL_COMMANDS_RUNNING_H_
