#include "someos/backends/thread_pthread/system_threads.h"

#include <limits.h>  // PTHREAD_STACK_MIN
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>
#include <memory>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "someos/api/errno_status.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_pthread {
namespace {

using Body = absl::AnyInvocable<void() &&>;

// pthread_attr_t, if a stack size is asked for.
class Attributes {
 public:
  explicit Attributes(size_t stack_size) {
    if (stack_size == 0) return;
    error_ = pthread_attr_init(&attributes_);
    if (error_ != 0) return;
    made_ = true;
    error_ = pthread_attr_setstacksize(&attributes_, WholePages(stack_size));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() {
    if (made_) pthread_attr_destroy(&attributes_);
  }

  int error() const { return error_; }
  const pthread_attr_t* get() const { return made_ ? &attributes_ : nullptr; }

 private:
  // macOS takes nothing else.
  static size_t WholePages(size_t size) {
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const size_t beyond = size % page;
    if (beyond == 0) return size;
    const size_t missing = page - beyond;
    return size > std::numeric_limits<size_t>::max() - missing ? size - beyond : size + missing;
  }

  pthread_attr_t attributes_;
  bool made_ = false;
  int error_ = 0;
};

void* RunBody(void* argument) {
  const std::unique_ptr<Body> body(static_cast<Body*>(argument));
  std::move (*body)();
  return nullptr;
}

}  // namespace

absl::StatusOr<SystemThreads::Handle> SystemThreads::Start(
    Body body, const thread_base::StartOptions& options) {
  const Attributes attributes(options.stack_size);
  int error = attributes.error();
  Handle handle = {};
  if (error == 0) {
    auto* const argument = new Body(std::move(body));
    error = pthread_create(&handle, attributes.get(), RunBody, argument);
    if (error != 0) delete argument;
  }
  if (error == 0) return handle;
  return PlainStatus(absl::StatusCode::kResourceExhausted, "can't start new thread");
}

absl::Status SystemThreads::CheckStackSize(size_t size) {
  constexpr size_t kPythonsMinimum = 32768;
#ifdef PTHREAD_STACK_MIN
  const size_t minimum = std::max(kPythonsMinimum, static_cast<size_t>(PTHREAD_STACK_MIN));
#else
  const size_t minimum = kPythonsMinimum;
#endif
  if (size == 0 || (size >= minimum && Attributes(size).error() == 0)) return absl::OkStatus();
  return PlainStatus(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("size not valid: ", size, " bytes"));
}

}  // namespace someos::thread_pthread
