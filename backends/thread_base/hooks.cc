#include "someos/backends/thread_base/hooks.h"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "someos/backends/thread_base/failure.h"

namespace someos::thread_base {

void Hooks::DefaultExceptHook(const ExceptHookArgs& args) {
  const std::string line =
      absl::StrCat("Exception in thread ", args.thread_name, ": ", args.failure.ToString(), "\n");
  std::fputs(line.c_str(), stderr);
}

void Hooks::Report(const ExceptHookArgs& args) {
  const std::shared_ptr<const ExceptHookFunction> hook = except.Get();
  if (hook == nullptr) return DefaultExceptHook(args);
  const std::optional<Failure> failure = CallAndCatch([&] { (*hook)(args); });
  if (!failure.has_value()) return;
  const std::string line =
      absl::StrCat("Exception in the except hook of threads: ", failure->ToString(), "\n");
  std::fputs(line.c_str(), stderr);
  DefaultExceptHook(args);
}

}  // namespace someos::thread_base
