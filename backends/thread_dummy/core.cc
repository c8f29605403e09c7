#include "someos/backends/thread_dummy/core.h"

#include <time.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "someos/api/errno_status.h"
#include "someos/backends/base/deadline.h"
#include "someos/backends/thread_base/core.h"

namespace someos::thread_dummy {

using thread_base::WaitEnd;

namespace {

uint64_t NewIdent() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// Of what runs now, 0 if nobody has asked for it yet. The program may have other threads, by other
// means.
uint64_t& CurrentIdent() {
  static thread_local uint64_t ident = 0;
  return ident;
}

// A body's number while it runs, also if an exception ends it.
class IdentOfBody {
 public:
  IdentOfBody() : outer_(std::exchange(CurrentIdent(), NewIdent())) {}
  IdentOfBody(const IdentOfBody&) = delete;
  IdentOfBody& operator=(const IdentOfBody&) = delete;
  ~IdentOfBody() { CurrentIdent() = outer_; }

 private:
  const uint64_t outer_;
};

}  // namespace

WaitEnd Core::Wait(Word& word, uint32_t expected, Deadline& deadline,
                   const thread_base::Operation& /*operation*/) {
  if (deadline.infinite()) {
    return word.load(std::memory_order_relaxed) == expected ? WaitEnd::kForever : WaitEnd::kWoken;
  }
  while (!deadline.Passed()) {
    const timespec rest = deadline.AsTimespec();
    nanosleep(&rest, nullptr);
    // A signal handler may have changed it.
    if (word.load(std::memory_order_relaxed) != expected) return WaitEnd::kWoken;
  }
  return WaitEnd::kTimedOut;
}

absl::StatusOr<Core::Handle> Core::Start(absl::AnyInvocable<void() &&> body,
                                         const thread_base::StartOptions& /*options*/) {
  const IdentOfBody ident;
  std::move(body)();
  return Handle();
}

uint64_t Core::Ident() {
  uint64_t& ident = CurrentIdent();
  if (ident == 0) ident = NewIdent();
  return ident;
}

absl::Status Core::CheckStackSize(size_t /*size*/) {
  return PlainStatus(absl::StatusCode::kUnimplemented, "setting thread stack size not supported");
}

}  // namespace someos::thread_dummy
