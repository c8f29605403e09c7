// What a pool is asked to call.

#ifndef SOMEOS_API_MULTIPROCESSING_POOL_POOL_FUNCTION_H_
#define SOMEOS_API_MULTIPROCESSING_POOL_POOL_FUNCTION_H_

#include <string>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "someos/api/multiprocessing/functions/named_functions.h"

namespace someos::multiprocessing {

// A function by its name or, for threads, which have the memory of their pool, any function.
// Functions of a pool take this type so that they take both.
class PoolFunction {
 public:
  using Callable = NamedFunctions::Function;

  // Of no function.
  PoolFunction() = default;
  // Implicit: pool.Apply("math.sqrt", ...), pool.Apply(Square, ...), pool.Apply([&](...) {...}).
  PoolFunction(absl::string_view name) : name_(name) {}  // NOLINT(google-explicit-constructor)
  PoolFunction(const char* name) : name_(name) {}        // NOLINT(google-explicit-constructor)
  PoolFunction(std::string name)                         // NOLINT(google-explicit-constructor)
      : name_(std::move(name)) {}
  template <typename Function,
            typename = std::enable_if_t<std::is_constructible_v<Callable, Function> &&
                                        !std::is_convertible_v<Function, absl::string_view>>>
  PoolFunction(Function&& function)  // NOLINT(google-explicit-constructor)
      : callable_(std::forward<Function>(function)) {}

  bool empty() const { return name_.empty() && callable_ == nullptr; }
  // Empty of a function that has none.
  const std::string& name() const { return name_; }
  // Null of a function that is given by its name.
  const Callable& callable() const { return callable_; }

 private:
  std::string name_;
  Callable callable_;
};

}  // namespace someos::multiprocessing

#endif  // SOMEOS_API_MULTIPROCESSING_POOL_POOL_FUNCTION_H_
