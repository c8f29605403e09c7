#include "someos/testing/allocation_counter.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include "absl/base/config.h"

#if !defined(ABSL_HAVE_ADDRESS_SANITIZER) && !defined(ABSL_HAVE_MEMORY_SANITIZER) && \
    !defined(ABSL_HAVE_THREAD_SANITIZER)
#define SOMEOS_COUNTS_ALLOCATIONS 1
#endif

namespace someos {
namespace {

thread_local size_t g_allocations = 0;
thread_local size_t g_deallocations = 0;
thread_local size_t g_allocated_bytes = 0;

[[maybe_unused]] void Deallocate(void* memory) {
  if (memory == nullptr) return;
  ++g_deallocations;
  std::free(memory);
}

}  // namespace

bool CountsAllocations() {
#ifdef SOMEOS_COUNTS_ALLOCATIONS
  return true;
#else
  return false;
#endif
}

size_t Allocations() { return g_allocations; }

size_t AllocatedBytes() { return g_allocated_bytes; }

ptrdiff_t LiveAllocations() { return static_cast<ptrdiff_t>(g_allocations - g_deallocations); }

}  // namespace someos

#ifdef SOMEOS_COUNTS_ALLOCATIONS

// The array, nothrow and sized forms of the standard library end up in these.
void* operator new(size_t size) {
  // More than an element of any table here, so that the one behind the last is filled, too.
  constexpr size_t kBehind = 256;
  ++someos::g_allocations;
  someos::g_allocated_bytes += size;
  void* const memory = std::malloc(size + kBehind);
  if (memory == nullptr) std::abort();
  return std::memset(memory, 0xa5, size + kBehind);
}

void operator delete(void* memory) noexcept { someos::Deallocate(memory); }

void operator delete(void* memory, size_t /*size*/) noexcept { someos::Deallocate(memory); }

#endif  // SOMEOS_COUNTS_ALLOCATIONS
