// Python's thread.start_new_thread over a Core.

#ifndef SOMEOS_BACKENDS_THREAD_BASE_START_NEW_THREAD_H_
#define SOMEOS_BACKENDS_THREAD_BASE_START_NEW_THREAD_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "someos/api/python_error.h"
#include "someos/backends/thread_base/core.h"
#include "someos/backends/thread_base/failure.h"
#include "someos/backends/thread_base/stack_size.h"
#include "someos/backends/thread_base/thread_record.h"

namespace someos::thread_base {

// Runs `function` in a thread that cannot be joined and that nobody knows, and returns its number
// when it has begun. By thread_dummy the function has returned by then.
//
// The function ends the thread by returning. Where exceptions are compiled in, throwing SystemExit
// does the same; another exception is written to the standard error output and ends the thread.
// A program that ends does not wait for such threads.
//
// kInvalidArgument "first arg must be callable" (a TypeError) for an empty function.
// kResourceExhausted "can't start new thread".
template <typename Core>
absl::StatusOr<uint64_t> StartNewThread(absl::AnyInvocable<void() &&> function) {
  struct Begun {
    StateWord<Core> state{0};
    uint64_t ident = 0;
  };
  if (!function) return PythonTypeError("first arg must be callable");
  const Operation operation = {"StartNewThread", nullptr};
  Core::Point(operation);
  const absl::StatusOr<size_t> stack_size = CheckedStackSize<Core>(std::nullopt);
  if (!stack_size.ok()) return stack_size.status();
  auto begun = std::make_shared<Begun>();
  const auto handle = Core::Start(
      [begun, function = std::move(function)]() mutable {
        begun->ident = Core::Ident();
        std::exchange(begun, nullptr)->state.Set(1);
        const std::optional<Failure> failure = CallAndCatch([&] { std::move(function)(); });
        if (!failure.has_value()) return;
        const std::string line =
            absl::StrCat("Exception ignored in a thread: ", failure->ToString(), "\n");
        std::fputs(line.c_str(), stderr);
      },
      {*stack_size});
  if (!handle.ok()) return handle.status();
  Core::Detach(*handle);
  auto forever = Core::Deadline::NotStarted(absl::InfiniteDuration());
  begun->state.Await(1, forever, operation);
  return begun->ident;
}

}  // namespace someos::thread_base

#endif  // SOMEOS_BACKENDS_THREAD_BASE_START_NEW_THREAD_H_
